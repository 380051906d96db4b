/** How near a model can be expected to come to what it is judged by, in words. */

import type { Project } from "@/api/types";
import { plural } from "@/components/format";

type Agreement = NonNullable<Project["holdout_agreement"]>;

/** What people who did the same holdout images agree on, and what that means for the figures. */
export function ceilingWords({ images, objects, mean_iou }: Agreement): string {
  const where = `${plural(images, "image")} that several people did`;
  if (mean_iou === null) return `On ${where} they have no object in common.`;
  const met = `On ${where}, their masks of ${plural(objects, "object")} have a mean IoU of ${mean_iou.toFixed(3)}`;
  return `${met}: no model can be expected to come nearer.`;
}
