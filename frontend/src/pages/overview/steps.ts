/** What to do next in a project: one step, by what is there and by who asks. */

import type { Job, Project } from "@/api/types";

export type Step =
  | "import"
  | "wait-for-images"
  | "add-labels"
  | "prepare"
  | "watch-preparation"
  | "watch-round"
  | "retrain"
  | "mend"
  | "annotate"
  | "review"
  | "export"
  | "rest";

/** Finished images after which a round is worth its time where no policy says another number. */
const WORTH_A_ROUND = 20;

export function nextStep(project: Project, jobs: readonly Job[], toReview = 0): Step {
  const { counts, role } = project;
  const isManager = role === "manager";
  const toDo = counts.todo + counts.returned;
  const runs = (kind: Job["kind"]) => jobs.some((job) => job.kind === kind && !job.finished_at);

  if (counts.images === 0) return isManager ? "import" : "wait-for-images";
  if (project.returned.length > 0) return "mend";
  if (!project.labels.some((label) => !label.deleted) && isManager) return "add-labels";
  if (role === "reviewer" && toReview > 0) return "review";
  if (runs("run_round")) return toDo > 0 ? "annotate" : "watch-round";
  if (counts.embedded === 0 && runs("prepare_images")) return "watch-preparation";
  if (counts.embedded === 0 && isManager) return "prepare";
  const enough = project.retrain_after_images ?? WORTH_A_ROUND;
  const roundIsDue = project.finished_since_round >= Math.min(enough, counts.images);
  if (isManager && roundIsDue && project.finished_since_round > 0) return "retrain";
  if (toDo > 0) return "annotate";
  if (isManager && project.finished_since_round > 0) return "retrain";
  if (toReview > 0) return "review";
  return isManager ? "export" : "rest";
}
