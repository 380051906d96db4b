/** How far people agree on the holdout, in words: a yardstick for the figures there. */

import type { Project } from "@/api/types";
import { plural } from "@/components/format";

type Agreement = NonNullable<Project["holdout_agreement"]>;

/** What people who did the same holdout images agree on, and what that means for the figures. */
export function agreedWords({ images, objects, mean_iou }: Agreement): string {
  const where = `${plural(images, "image")} that several people did`;
  if (mean_iou === null) return `On ${where} they have no object in common.`;
  const met = `On ${where}, their masks of ${plural(objects, "object")} have a mean IoU of ${mean_iou.toFixed(3)}, without those that only one of them has.`;
  return `${met} That is a yardstick for IoU after one click, no limit: after more clicks a model follows one person.`;
}
