/** What another round is expected to save people, and to take, in words. */

import type { EffortFigure, Expectation } from "@/api/types";
import { formatAbout, plural } from "@/components/format";

export function expectationWords({ waiting, saving, round_s }: Expectation): string {
  if (saving === null || round_s === null) return waiting;
  const takes = formatAbout(round_s);
  const n = plural(saving.n, "mask");
  if (saving.value <= 0)
    return `A round would take ${takes} and is not expected to save people time on the ${n} still to come.`;
  return `A round would save about ${formatAbout(saving.value)} of people's time${intervalWords(saving)} on the ${n} still to come, and take ${takes}.`;
}

/** By what that is expected. */
export function basisWords({ rounds }: Expectation): string {
  return `Expected by what the last ${plural(rounds, "judged round")} saved each time the finished images doubled; people may have become faster meanwhile. The time is that of the newest round that ran in one go.`;
}

function intervalWords({ low, high }: EffortFigure): string {
  if (low === null || high === null) return "";
  return ` (95 %: ${signed(low)} to ${signed(high)})`;
}

function signed(seconds: number): string {
  return `${seconds < 0 ? "−" : ""}${formatAbout(Math.abs(seconds))}`;
}
