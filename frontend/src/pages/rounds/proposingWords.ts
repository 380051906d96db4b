/** How far the model that serves is with proposing, in words. */

import type { Job, Proposing } from "@/api/types";
import { formatCount, plural } from "@/components/format";
import { jobPhase } from "@/components/jobWords";

const PROPOSING = "Proposing masks"; // what the job says of itself

export function isUnderWay({ job, images }: Proposing): boolean {
  return job !== null && images === null;
}

/** "Proposing: 40 of 120 images", later "Proposed on 118 images"; null where nothing is known. */
export function proposingWords({ job, images }: Proposing): string | null {
  if (images === null) return job && underWay(job);
  if (job?.state === "failed" || job?.state === "cancelled")
    return `Preparing ${job.state === "failed" ? "failed" : "was cancelled"}: proposed on ${plural(images, "image")} so far`;
  return images === 0 ? "No mask proposed yet" : `Proposed on ${plural(images, "image")}`;
}

function underWay(job: Job): string {
  if (job.stalled) return "Proposing is stalled";
  if (job.state === "queued") return "Proposing waits for its turn";
  const { progress_done: done, progress_total: total } = job;
  if (job.message === PROPOSING)
    return `Proposing: ${formatCount(done)} of ${plural(total, "image")}`;
  const count = total === 0 ? "" : `, ${formatCount(done)} of ${formatCount(total)}`;
  return `Preparing: ${jobPhase(job).toLowerCase()}${count}`;
}
