/** What two models' figures are of, and whether their difference tells anything, in words. */

import type { Compared } from "@/api/types";
import { plural } from "@/components/format";

/** A model, and how many objects or images of the holdout its figures are of. */
export interface Side {
  name: string; // within a sentence: "round 3", "the pretrained model"
  count: number | undefined; // undefined: it was not measured
}

type Unit = "object" | "image";

export function comparedWords(
  { basis, before_round, after_round }: Compared,
  before: Side,
  after: Side,
  unit: Unit,
): string {
  const on = plural(after.count ?? 0, unit);
  switch (basis) {
    case "same_part":
      return `Both models do this with the same part: what was measured of one, on ${on}, is true of the other.`;
    case "paired":
      return before_round === after_round
        ? `Round ${after_round} measured both on the same ${on}, which neither was trained on.`
        : `Rounds ${before_round} and ${after_round} measured them on the same ${on}, which neither was trained on; they are compared ${unit} by ${unit}.`;
    case "same_holdout":
      return `Rounds ${before_round} and ${after_round} measured them on the same ${on}, but not in pairs: without an interval, a small difference may be chance.`;
    case "different_holdouts":
      return `Not measured on one holdout: ${measured(before, before_round, unit)}, ${measured(after, after_round, unit)}. The difference may come from the ${unit}s alone, so it has no interval.`;
    case "not_measured":
      return unmeasured(before, after);
  }
}

function measured({ name, count }: Side, round: number | null, unit: Unit): string {
  return `${name} on ${plural(count ?? 0, unit)} (in round ${round})`;
}

function unmeasured(before: Side, after: Side): string {
  const missing = [before, after].filter(({ count }) => count === undefined);
  const names = missing.map(({ name }) => name).join(" and ");
  const verb = missing.length === 1 ? "was" : "were";
  return `There is nothing to compare: ${names} ${verb} not measured on the holdout.`;
}
