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
  showWay(message, way, async () => {
    try {
      await restore();
    } catch (error) {
      notifications.show({ color: "red", title: "Not restored", message: messageOf(error) });
    }
  });
}

/** Tells what has happened, with a button that leads there. */
export function showWay(message: string, way: string, go: () => unknown): void {
  const id = crypto.randomUUID();
  const take = () => {
    notifications.hide(id);
    go();
  };
  notifications.show({
    id,
    color: "gray",
    autoClose: SHOWN_MS,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="md">
        <Text size="sm">{message}</Text>
        <Button size="compact-sm" variant="light" flex="none" onClick={take}>
          {way}
        </Button>
      </Group>
    ),
  });
}
