import { Button, Group, Tooltip } from "@mantine/core";
import { IconMessage } from "@tabler/icons-react";
import { ariaKeys } from "@/commands/chord";
import { Keys } from "@/commands/Keys";
import { useKey } from "@/commands/useKey";
import { plural } from "@/components/format";
import { editorCommand } from "../editor-commands";
import type { Review } from "./useReview";

/** How many comments are open, and the way to them. */
export function OpenComments({ review }: { review: Review }) {
  const next = useKey(editorCommand("comment.next"));
  if (review.openCount === 0) return null;
  const label = (
    <Group gap={6} wrap="nowrap">
      Go to the next open comment
      <Keys chord={next} />
    </Group>
  );
  return (
    <Tooltip label={label}>
      <Button
        size="compact-xs"
        variant="light"
        color="orange"
        style={{ flex: "none" }}
        aria-keyshortcuts={next === null ? undefined : ariaKeys(next)}
        leftSection={<IconMessage size={13} aria-hidden />}
        onClick={review.commands.next}
      >
        {plural(review.openCount, "open comment")}
      </Button>
    </Tooltip>
  );
}
