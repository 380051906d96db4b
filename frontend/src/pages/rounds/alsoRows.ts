/** The holdouts of other projects: whether a round forgets what the serving model knows of them. */

import type { Round } from "@/api/types";
import { plural } from "@/components/format";
import type { Comparison } from "./ComparisonTable";
import { formatFigure } from "./figures";

/** A row for each project that a round must not forget. */
export function alsoRows({ also = [] }: Round["metrics"]): Comparison[] {
  return also.map(({ name, objects, version, serving, candidate, difference }) => ({
    title: `${name}, ${plural(objects, "object")}`,
    explanation: `Its holdout, as of version ${version.slice(0, 8)}`,
    digits: 3,
    serving: formatFigure("miou_1", serving),
    candidate: formatFigure("miou_1", candidate),
    change: difference.mean,
    moreIsBetter: true,
    interval: difference,
  }));
}
