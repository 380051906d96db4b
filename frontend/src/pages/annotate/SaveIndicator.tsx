import { Anchor, Button, Group, Modal, Stack, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconCloudCheck,
  IconCloudOff,
  IconDeviceFloppy,
} from "@tabler/icons-react";
import { plural } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import type { OutboxStatus } from "@/editor/outbox";
import type { Signal } from "@/editor/signal";
import classes from "./AnnotatePage.module.css";

/** What is being saved: one image, or several. */
export interface Saving {
  readonly status: Signal<OutboxStatus>;
  readonly outbox: { discardRefused(): Promise<void> };
}

/** Two states: saved on this device, saved. And loud words for what is neither. */
export function SaveIndicator({ image }: { image: Saving }) {
  const status = useSignal(image.status);
  const [isOpen, { open, close }] = useDisclosure(false);
  const { icon, text, why } = describeSaving(status);
  return (
    <>
      <Tooltip label={why} multiline maw={280}>
        <span className={classes.save} role="status" data-save-state={status.state}>
          {icon}
          {text}
        </span>
      </Tooltip>
      {status.refused.length > 0 && (
        <Anchor component="button" size="xs" c="orange" onClick={open}>
          {plural(status.refused.length, "change")} refused
        </Anchor>
      )}
      <Modal opened={isOpen} onClose={close} title="The server refused some changes">
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            They are kept on this device. What they were about was changed or removed by somebody
            else, or the server found an error in them.
          </Text>
          {status.refused.map(({ operation, reason }) => (
            <Text key={operation.id} size="sm">
              <b>{operation.kind}</b>: {reason}
            </Text>
          ))}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => download(status)}>
              Download them
            </Button>
            <Button color="red" onClick={() => void image.outbox.discardRefused().then(close)}>
              Discard them
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

const SIZE = 15;

/** Where the work is: a sign, its name, and what that means. */
export function describeSaving({ state, hindrance, waiting }: OutboxStatus) {
  if (state === "saved") {
    const why = "The server has everything.";
    return { icon: <IconCloudCheck size={SIZE} aria-hidden />, text: "Saved", why };
  }
  if (state === "unprotected") {
    return {
      icon: <IconAlertTriangle size={SIZE} color="var(--mantine-color-red-6)" aria-hidden />,
      text: "Not saved on this device",
      why: "This browser could not store your work (is the disk full?). Keep this page open until it says Saved.",
    };
  }
  if (state === "writing") {
    const why = "On the way to this device's disk.";
    return { icon: <IconDeviceFloppy size={SIZE} aria-hidden />, text: "Saving…", why };
  }
  const why = `${plural(waiting, "change")} will be sent as soon as the server answers. Closing this page loses nothing.`;
  const isOffline = hindrance === "offline";
  const icon = isOffline ? (
    <IconCloudOff size={SIZE} aria-hidden />
  ) : (
    <IconDeviceFloppy size={SIZE} aria-hidden />
  );
  return { icon, text: isOffline ? "Saved on this device · offline" : "Saved on this device", why };
}

function download({ refused }: OutboxStatus): void {
  const blob = new Blob([JSON.stringify(refused, null, 2)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = "refused-changes.json";
  link.click();
  URL.revokeObjectURL(link.href);
}
