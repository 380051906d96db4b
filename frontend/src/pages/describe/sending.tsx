import { Alert, Button, Group, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useSyncExternalStore } from "react";
import { formatDuration, plural } from "@/components/format";
import { sender } from "@/recorder/service";
import type { StoredRecording } from "@/recorder/store";

/** Whether what was said is on the server, or on this device only so far. */
export function SavedState() {
  const { waiting, problem } = useSyncExternalStore(sender.subscribe, () => sender.state);
  return (
    <Text size="xs" c="dimmed" role="status">
      {waiting === 0
        ? "Everything so far is saved."
        : problem
          ? `Saved on this device. ${plural(waiting, "piece")} will be sent when the server answers again.`
          : `Saved on this device, ${plural(waiting, "piece")} on the way.`}
    </Text>
  );
}

/** Takes that the server would not have: the person decides about them. */
export function RefusedTakes() {
  const { refused } = useSyncExternalStore(sender.subscribe, () => sender.state);
  return refused.map(({ recording, reason }) => (
    <Alert key={recording.id} color="orange" title="A take was not accepted" role="alert">
      <Text size="sm">{reason} It is kept on this device.</Text>
      <Group gap="xs" mt="xs">
        <Button size="compact-sm" onClick={() => sender.retry(recording.id)}>
          Send again
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => askToDiscard(recording.id)}>
          Throw away…
        </Button>
      </Group>
    </Alert>
  ));
}

/** The browser or the device ended in mid-take; nobody should wonder where it is. */
export function tellCutOff({ end }: StoredRecording): void {
  notifications.show({
    title: "A take was cut off",
    message: `Its first ${formatDuration(end?.durationS ?? 0)} are kept and being sent.`,
  });
}

/** The only copy of these seconds is on this device. */
function askToDiscard(recording: string): void {
  modals.openConfirmModal({
    title: "Throw this take away?",
    children: (
      <Text size="sm">
        What was recorded is on this device only. It is deleted for good and cannot be brought back.
      </Text>
    ),
    labels: { confirm: "Throw it away", cancel: "Keep it" },
    confirmProps: { color: "red" },
    onConfirm: () => sender.discard(recording),
  });
}
