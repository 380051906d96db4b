/** What a person reads before a round starts: what it learns from, what judges it, how long. */

import type { GateOutlook, Project, Round } from "@/api/types";
import { formatDuration, plural } from "@/components/format";

type Asked = Pick<Project, "counts" | "finished_since_round">;

export function learnsFrom({ counts, finished_since_round }: Asked): string {
  const images = counts.done + counts.reviewed - counts.holdout_finished;
  const count = finished_since_round || "none";
  const isNew = finished_since_round === images ? "" : `, ${count} of them new`;
  return `Trains on ${plural(images, "finished image")}${isNew}, with ${plural(counts.masks_to_learn, "mask")}.`;
}

/** Whether the holdout can judge masks, what becomes of the round where it cannot, and whose else cannot. */
export function masksAreJudgedBy({ others, ...outlook }: GateOutlook): string {
  return [judgedHere(outlook), ...others].join(" ");
}

function judgedHere({ wanted, there, images, most_of_one }: Omit<GateOutlook, "others">): string {
  if (there === 0)
    return "No finished holdout image has a mask, so nothing can judge the result: the new masks will be kept, but not promoted.";
  const holdout = `${plural(there, "object")} of ${plural(images, "finished holdout image")}`;
  return there < wanted
    ? `Judged on ${holdout}, at most ${most_of_one} of each: fewer than ${wanted} are too few, so the new masks will be kept, but not promoted.`
    : `Judged on ${holdout}; a better model is promoted by itself.`;
}

/** The same of descriptions. */
export function descriptionsAreJudgedBy({ wanted, there }: GateOutlook): string {
  const holdout = plural(there, "described holdout image");
  return there < wanted
    ? `Judged on ${holdout}: fewer than ${wanted} are too few, so they will be kept, but not promoted.`
    : `Judged on ${holdout}; better descriptions are promoted by themselves.`;
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
