/** Whose verdicts go against everybody else's, in words. */

import type { Doubt } from "@/api/types";
import { formatPercent, plural } from "@/components/format";

const TITLES = {
  accepts: "accepts what others do not",
  rejects: "rejects what others keep",
} as const;

const OFFERED = {
  accepts: "that the model hardly expected anybody to accept",
  rejects: "that the model was sure of",
} as const;

const DONE = { accepts: "accepted as they were", rejects: "rejected" } as const;

export function doubtTitle({ username, habit }: Doubt): string {
  return `${username} ${TITLES[habit]}`;
}

export function doubtWords({ username, habit, own, own_verdicts, others, other_verdicts }: Doubt) {
  const shares = `${formatPercent(own.share)} ${DONE[habit]}; by others ${formatPercent(others.share)} of ${other_verdicts}.`;
  const offered = `Of ${plural(own_verdicts, "proposal")} ${OFFERED[habit]}, ${shares}`;
  return `${offered} Rounds leave out what ${username} decided when they learn what people accept. The masks stay: review some of those images, and talk.`;
}
