/** How unlike the images are that came since a round, in words. */

import type { Drift } from "@/api/types";
import { formatCount, formatPercent, plural } from "@/components/format";

export function driftWords({ round, share, low, high, n, learned, alike }: Drift): string {
  const seem = low > alike ? "are unlike" : "are not surely unlike";
  return `New images ${seem} those that round ${round} learned from: ${formatPercent(share)} of ${plural(n, "image")} (95 %: ${formatPercent(low)} to ${formatPercent(high)}) lie farther from the nearest of ${formatCount(learned)} of these than 95 % of these lie from theirs.`;
}
