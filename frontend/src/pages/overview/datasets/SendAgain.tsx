import { Button, FileButton } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { IconUpload } from "@tabler/icons-react";
import type { DatasetImport } from "@/api/types";
import { plural } from "@/components/format";
import { queueOf } from "@/upload/queues";
import { rememberSettings } from "./sentAgain";

interface Props {
  item: DatasetImport;
  project: number;
}

/** Chooses the mended files, which come in as the first did: only what was refused is new. */
export function SendAgain({ item, project }: Props) {
  const send = (files: File[]) => {
    if (files.length === 0) return;
    rememberSettings(queueOf(project).add(files, item.group_by), item);
    modals.closeAll();
    notifications.show({
      title: "Sent again",
      message: `${plural(files.length, "file")} will be looked at as ${item.title || "before"}.`,
    });
  };
  return (
    <FileButton multiple onChange={send} inputProps={{ "aria-label": "Mended files" }}>
      {(props) => (
        <Button {...props} size="compact-sm" leftSection={<IconUpload size={15} aria-hidden />}>
          Send again
        </Button>
      )}
    </FileButton>
  );
}
