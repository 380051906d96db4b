/** Whose verdicts go against everybody else's, in words. */

import type { Doubt } from "@/api/types";
import { formatCount, formatPercent, plural } from "@/components/format";

const HABITS = {
  accepts: {
    title: "accepts what others do not",
    done: "accepted",
    unlikely: "accept as they are",
    outcome: (name: string) =>
      `Rounds leave the images that ${name} decided on out when they learn what people accept, and auto-accept is not measured by them. The masks stay: review some of those images, and talk.`,
  },
  rejects: {
    title: "rejects what others keep",
    done: "rejected",
    unlikely: "reject",
    outcome: (name: string) =>
      `Look at some of those images: it may be ${name} who sees faults that the model and the others miss. These verdicts count like all others, as without them the model could seem better than it is.`,
  },
} as const;

export function doubtTitle({ username, habit }: Doubt): string {
  return `${username} ${HABITS[habit].title}`;
}

export function doubtWords(doubt: Doubt): string {
  const { username, own, own_verdicts, others, other_verdicts } = doubt;
  const { done, unlikely, outcome } = HABITS[doubt.habit];
  const shares = `${username} ${done} ${formatPercent(own.share)} of ${plural(own_verdicts, "proposal")} that the model expected hardly anybody to ${unlikely}; others ${formatPercent(others.share)} of ${formatCount(other_verdicts)}.`;
  return `${shares} ${outcome(username)}`;
}
