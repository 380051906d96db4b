import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { messageOf } from "@/api/problem";

/** Long enough to read and to reach for the button. */
const SHOWN_MS = 12_000;

/** Tells what was done, with the way back. */
export function showUndo(
  message: string,
  restore: () => Promise<unknown>,
  { way = "Undo" }: { way?: string } = {}, // what the button says
): void {
  const id = crypto.randomUUID();
  const undo = async () => {
    notifications.hide(id);
    try {
      await restore();
    } catch (error) {
      notifications.show({ color: "red", title: "Not restored", message: messageOf(error) });
    }
  };
  notifications.show({
    id,
    color: "gray",
    autoClose: SHOWN_MS,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="md">
        <Text size="sm">{message}</Text>
        <Button size="compact-sm" variant="light" flex="none" onClick={undo}>
          {way}
        </Button>
      </Group>
    ),
  });
}
