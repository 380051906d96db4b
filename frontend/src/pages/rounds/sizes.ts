/** The holdout's figures by the size of objects: whether some pay for what others gain. */

import type { Round } from "@/api/types";
import type { Comparison } from "./ComparisonTable";
import { countOfBoth, formatFigure } from "./figures";

export const SIZES = {
  small: ["Small", "Under a sixteenth of the image's longer side"],
  medium: ["Medium", "A sixteenth to three sixteenths of the image's longer side"],
  large: ["Large", "Over three sixteenths of the image's longer side"],
} as const;

/** A row for each size that the holdout has objects of; none where a round did not tell. */
export function sizeRows({ serving, candidate, difference }: Round["metrics"]): Comparison[] {
  return Object.entries(SIZES).flatMap(([name, [title, explanation]]) => {
    const after = candidate?.by_size?.[name];
    if (!after) return [];
    const before = serving?.by_size?.[name];
    return {
      title: `${title}, ${countOfBoth(before?.objects, after.objects, "object")}`,
      explanation,
      digits: 3,
      serving: formatFigure("miou_1", before?.miou_1),
      candidate: formatFigure("miou_1", after.miou_1),
      change: before ? after.miou_1 - before.miou_1 : null,
      moreIsBetter: true,
      interval: difference?.by_size?.[name],
    };
  });
}
