import { Button, Tooltip } from "@mantine/core";
import { IconMessage } from "@tabler/icons-react";
import { plural } from "@/components/format";
import type { Review } from "./useReview";

/** How many comments are open, and the way to them. */
export function OpenComments({ review }: { review: Review }) {
  if (review.openCount === 0) return null;
  return (
    <Tooltip label="Go to the next open comment (W)">
      <Button
        size="compact-xs"
        variant="light"
        color="orange"
        style={{ flex: "none" }}
        aria-keyshortcuts="W"
        leftSection={<IconMessage size={13} aria-hidden />}
        onClick={review.commands.next}
      >
        {plural(review.openCount, "open comment")}
      </Button>
    </Tooltip>
  );
}
