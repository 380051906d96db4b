/** How unlike the images are that came since a round, in words. */

import type { Drift } from "@/api/types";
import { formatCount, formatPercent, plural } from "@/components/format";

export const NOT_YET_TOLD =
  "Whether they are still like what was learned from is told once 20 have come since the newest round, and been looked at.";

/** Surely more of them are far than chance alone may make of images like those learned from. */
export const isUnlike = ({ low, alike }: Drift): boolean => low > alike;

export function driftWords(drift: Drift): string {
  const { round, share, low, high, n, learned } = drift;
  const seem = isUnlike(drift) ? "are unlike" : "are not surely unlike";
  return `New images ${seem} those that round ${round} learned from: ${formatPercent(share)} of ${plural(n, "image")} (95 %: ${formatPercent(low)} to ${formatPercent(high)}) lie farther from the nearest of ${formatCount(learned)} of these than 95 % of these lie from theirs.`;
}
