import { Alert, Button, Group, Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { plural } from "@/components/format";
import { sender } from "@/recorder/service";

/** What of the audio is on this device only, and what the server would not take. */
export function SendStatus() {
  const { waiting, problem, refused } = useSyncExternalStore(sender.subscribe, () => sender.state);
  return (
    <>
      {waiting > 0 && (
        <Text size="xs" c="dimmed" role="status">
          Saved on this device, {plural(waiting, "piece")} on the way.
          {problem && ` ${problem}`}
        </Text>
      )}
      {refused.map(({ recording, reason }) => (
        <Alert key={recording.id} color="orange" title="A take was not accepted" role="alert">
          <Text size="sm">{reason} It is kept on this device.</Text>
          <Group gap="xs" mt="xs">
            <Button size="compact-sm" onClick={() => sender.retry(recording.id)}>
              Send again
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => sender.discard(recording.id)}
            >
              Throw away
            </Button>
          </Group>
        </Alert>
      ))}
    </>
  );
}
