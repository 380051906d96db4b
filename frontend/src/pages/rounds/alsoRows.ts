/** The holdouts of other projects: whether a round forgets what the serving model knows of them. */

import type { Round } from "@/api/types";
import { plural } from "@/components/format";
import type { Comparison } from "./ComparisonTable";
import { formatFigure } from "./figures";

/** A row for each project that a round must not forget; the reason names those that could not judge. */
export function alsoRows({ also = [] }: Round["metrics"]): Comparison[] {
  return also.flatMap(({ name, objects, shared, version, serving, candidate, difference }) => {
    if (version === null || difference === undefined) return [];
    return {
      title: `${name}, ${plural(objects, "object")}`,
      explanation: `Its holdout, as of version ${version.slice(0, 8)}${sharedWords(shared)}`,
      digits: 3,
      serving: formatFigure("miou_1", serving),
      candidate: formatFigure("miou_1", candidate),
      change: difference.mean,
      moreIsBetter: true,
      interval: difference,
    };
  });
}

function sharedWords(shared = 0): string {
  return shared === 0 ? "" : `, without ${plural(shared, "image")} that may be learned from here`;
}
