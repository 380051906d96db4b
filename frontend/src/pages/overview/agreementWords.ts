/** How far people agree who did the same images, in words. */

import type { Project } from "@/api/types";
import { formatPercent, plural } from "@/components/format";

type Agreement = NonNullable<Project["agreement"]>;

/** A share, or a dash where there is nothing to take a share of. */
export function shareWords(share: number | null): string {
  return share === null ? "–" : formatPercent(share);
}

/** What stands below the mean IoU. */
export function agreementWords(agreement: Agreement): string {
  const { images, objects, masks, mean_iou, matched_share, same_label_share } = agreement;
  const where = `on ${plural(images, "image")} that two did`;
  if (mean_iou === null) return `No object in common ${where}`;
  const both = `${shareWords(matched_share)} of ${plural(masks, "mask")} in both`;
  return `Mean IoU of ${plural(objects, "object")} ${where}; ${both}, ${shareWords(same_label_share)} of the objects under one label`;
}
