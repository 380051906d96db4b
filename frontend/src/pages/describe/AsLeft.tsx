import { Text } from "@mantine/core";

/** Beside a text that somebody began before the page was left. */
export function AsLeft() {
  return (
    <Text size="xs" c="dimmed" role="status">
      As you left it. It is not saved yet.
    </Text>
  );
}
