import { Group, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { notifications } from "@mantine/notifications";
import { IconCloudUpload } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import type { Project } from "@/api/types";
import { Section } from "@/components/Section";
import { queueOf } from "@/upload/queues";
import { BucketImport } from "./datasets/BucketImport";
import { DatasetImports } from "./datasets/DatasetImports";
import { ImportTable } from "./ImportTable";

export const IMPORT_ANCHOR = "import";

const MAX_FILE_BYTES = 4 * 1024 ** 3;

/** For managers. Dropping files in: each goes up by itself, and each tells what became of it. */
export function Import({ project }: { project: Project }) {
  const queue = queueOf(project.id);
  const items = useSyncExternalStore(queue.subscribe, () => queue.items);

  return (
    <Section
      title="Import"
      description="JPEG, PNG, WebP, TIFF, GIF, BMP, AVIF, or a zip or tar of them. Datasets of other tools, as a zip, tar or JSON, are looked at first. One bad file never stops the others."
    >
      <Dropzone
        id={IMPORT_ANCHOR}
        onDrop={(files) => queue.add(files)}
        onReject={(rejections) =>
          notifications.show({
            color: "orange",
            title: "Left out",
            message: rejections
              .map(({ file, errors }) => `${file.name}: ${errors[0]?.message ?? "not readable"}`)
              .join("\n"),
          })
        }
        maxSize={MAX_FILE_BYTES}
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
      <BucketImport project={project.id} />
      <DatasetImports project={project.id} />
      <ImportTable project={project.id} items={items} />
    </Section>
  );
}
