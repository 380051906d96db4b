/** What a person reads before a round starts: what it learns from, what judges it, how long. */

import type { Project, Round } from "@/api/types";
import { formatDuration, plural } from "@/components/format";

/** Objects on the holdout below which the gate promotes nothing (FEWEST_OBJECTS on the server). */
const FEWEST_OBJECTS = 20;

type Asked = Pick<Project, "counts" | "finished_since_round">;

export function learnsFrom({ counts, finished_since_round }: Asked): string {
  const images = counts.done + counts.reviewed - counts.holdout_finished;
  const isNew = finished_since_round === images ? "" : `, ${finished_since_round} of them new`;
  return `Trains on ${plural(images, "finished image")}${isNew}, with ${plural(counts.masks_to_learn, "mask")}.`;
}

/** Whether the holdout can judge the result, and what becomes of it where it cannot. */
export function isJudgedBy({ counts }: Asked): string {
  const { holdout_finished: images, masks_finished, masks_to_learn } = counts;
  if (images === 0)
    return "No holdout image is finished, so nothing can judge the result: the round will be kept, but not promoted.";
  const masks = masks_finished - masks_to_learn;
  const holdout = `${plural(images, "finished holdout image")} with ${plural(masks, "mask")}`;
  return masks < FEWEST_OBJECTS
    ? `Judged on ${holdout}: fewer than ${FEWEST_OBJECTS} are too few, so the round will be kept, but not promoted.`
    : `Judged on ${holdout}; a better model is promoted by itself.`;
}

/** How long the newest round took that went all the way; null before the first. */
export function lastTook(rounds: readonly Round[]): string | null {
  const last = rounds.find(
    ({ id, state }) => id !== null && (state === "promoted" || state === "refused"),
  );
  if (!last?.job?.started_at || !last.job.finished_at) return null;
  const seconds = (Date.parse(last.job.finished_at) - Date.parse(last.job.started_at)) / 1000;
  return `Round ${last.number} took ${formatDuration(seconds)}.`;
}
