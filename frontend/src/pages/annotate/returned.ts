/** Why an image came back to who annotated it, in words. */

import type { ImageDetail } from "./api";

const SEE_COMMENTS = "Returned: the comments say what to change.";

/** A reviewer's words; null where there are none, or the image was not returned. */
export function whyReturned({
  status,
  review_comment,
  open_comments,
}: Pick<ImageDetail, "status" | "review_comment" | "open_comments">): string | null {
  if (status !== "returned") return null;
  if (review_comment.trim() !== "") return `Returned: ${review_comment}`;
  return open_comments > 0 ? SEE_COMMENTS : null;
}
