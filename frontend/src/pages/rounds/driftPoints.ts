/** How unlike the images were that came after each round, one beside the other. */

import type { Drift } from "@/api/types";
import { formatPercent, plural } from "@/components/format";
import { isUnlike } from "./driftWords";
import { roundName } from "./servedWords";

export interface DriftPoint {
  round: string;
  /** The share that is far, under the one of two names that fits it. */
  alike: number | null;
  unlike: number | null;
  words: { alike?: string; unlike?: string };
}

export function driftPoints(drifts: readonly Drift[]): DriftPoint[] {
  return drifts.map((drift) => {
    const { round, share, low, high, n, alike } = drift;
    const words = `${formatPercent(share)} of ${plural(n, "image")} (95 %: ${formatPercent(low)} to ${formatPercent(high)}), where chance may make ${formatPercent(alike)}`;
    return isUnlike(drift)
      ? { round: roundName(round), alike: null, unlike: share, words: { unlike: words } }
      : { round: roundName(round), alike: share, unlike: null, words: { alike: words } };
  });
}
