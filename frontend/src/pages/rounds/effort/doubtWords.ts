/** Whose verdicts go against everybody else's, in words. */

import type { Doubt } from "@/api/types";
import { formatCount, formatPercent, plural } from "@/components/format";

const HABITS = {
  accepts: {
    title: "accepts what others do not",
    done: "accepted",
    unlikely: "accept as they are",
  },
  rejects: { title: "rejects what others keep", done: "rejected", unlikely: "reject" },
} as const;

export function doubtTitle({ username, habit }: Doubt): string {
  return `${username} ${HABITS[habit].title}`;
}

export function doubtWords(doubt: Doubt): string {
  const { username, own, own_verdicts, others, other_verdicts } = doubt;
  const { done, unlikely } = HABITS[doubt.habit];
  const shares = `${username} ${done} ${formatPercent(own.share)} of ${plural(own_verdicts, "proposal")} that the model expected hardly anybody to ${unlikely}; others ${formatPercent(others.share)} of ${formatCount(other_verdicts)}.`;
  return `${shares} Rounds leave the images that ${username} decided on out when they learn what people accept. The masks stay: review some of those images, and talk.`;
}
