/** Whether an image would be finished as empty by one key, though proposals wait on it. */

import type { ImageQueue } from "@/api/queue-names";
import type { Annotations } from "@/editor/operations";
import { liveMasks, pendingProposals } from "@/editor/picking";

/** Nobody has made or accepted a mask, and proposals are undecided. */
export function isLeftUnmarked(annotations: Annotations): boolean {
  return liveMasks(annotations).length === 0 && pendingProposals(annotations).length > 0;
}

/** A review finishes nothing, and a correction lets no proposal stay undecided. */
export function finishes(queue: ImageQueue | undefined): boolean {
  return queue === undefined || queue === "complete";
}
