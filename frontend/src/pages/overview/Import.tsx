import { Group, Text } from "@mantine/core";
import { Dropzone, type FileRejection } from "@mantine/dropzone";
import { notifications } from "@mantine/notifications";
import { IconCloudUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { sessionQuery } from "@/api/session";
import type { Project } from "@/api/types";
import { formatBytes } from "@/components/format";
import { Section } from "@/components/Section";
import { queueOf } from "@/upload/queues";
import { BucketImport } from "./datasets/BucketImport";
import { DatasetImports } from "./datasets/DatasetImports";
import { GroupBy } from "./GroupBy";
import { faultOf, groupByOf, UNGROUPED, WAYS } from "./groupings";
import { ImportTable } from "./ImportTable";
import { sendDropped } from "./sendDropped";

export const IMPORT_ANCHOR = "import";

/** For managers. Dropping files in: each goes up by itself, and each tells what became of it. */
export function Import({ project }: { project: Project }) {
  const queue = queueOf(project.id);
  const { data: session } = useQuery(sessionQuery);
  const mostBytes = session?.max_upload_bytes;
  const [grouping, setGrouping] = useState(UNGROUPED);
  const isUnclear = faultOf(grouping) !== null;
  const groupBy = groupByOf(grouping);
  const items = useSyncExternalStore(queue.subscribe, () => queue.items);

  return (
    <Section
      title="Import"
      description="JPEG, PNG, WebP, TIFF, GIF, BMP, AVIF, or a zip, a tar or a folder of them. Datasets of other tools, as a zip, tar or JSON, are looked at first. One bad file never stops the others."
    >
      <GroupBy
        description="On one side of the holdout and of val. A dataset's own groups count first; images that are there already keep theirs, or none, but for what Settings give them."
        ways={WAYS}
        grouping={grouping}
        onChange={setGrouping}
      />
      <Dropzone
        disabled={isUnclear}
        id={IMPORT_ANCHOR}
        onDrop={(files) => sendDropped(files, (wanted) => queue.add(wanted, groupBy))}
        onReject={(rejections) =>
          notifications.show({
            color: "orange",
            title: "Left out",
            message: rejections
              .map(({ file, errors }) => `${file.name}: ${refusalOf(errors[0], mostBytes)}`)
              .join("\n"),
          })
        }
        maxSize={mostBytes}
        inputProps={{ "aria-label": "Files to import" }}
        aria-label="Drop images, a zip or a dataset here, or choose files"
      >
        <Group justify="center" gap="md" mih={96} wrap="nowrap">
          <IconCloudUpload size={34} stroke={1.4} aria-hidden />
          <div>
            <Text size="sm" fw={550}>
              Drop images, a zip or a dataset here, or click to choose
            </Text>
            <Text size="xs" c="dimmed">
              An interrupted upload goes on where it stopped when you drop the file again.
            </Text>
          </div>
        </Group>
      </Dropzone>
      <BucketImport project={project.id} groupBy={groupBy} disabled={isUnclear} />
      <DatasetImports project={project.id} />
      <ImportTable project={project.id} items={items} />
    </Section>
  );
}

function refusalOf(error: FileRejection["errors"][number] | undefined, mostBytes = 0): string {
  if (error?.code === "file-too-large") return `it is larger than ${formatBytes(mostBytes)}`;
  return error?.message ?? "not readable";
}
