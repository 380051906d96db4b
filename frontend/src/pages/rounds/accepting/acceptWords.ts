/** What the model accepted by itself, in words. */

import type { AutoAccept, ScoreBin } from "@/api/types";
import { formatAgo, formatCount, formatMoment, formatPercent, plural } from "@/components/format";
import { NOTHING } from "../figures";

const LEAST = 0.8;
/** The precisions that a manager chooses from, of each of which a round tells what it came to. */
const PROMISES = [LEAST, 0.85, 0.9, 0.95, 0.98, 0.99];

export const OFF = "off";

export interface Choice {
  value: string;
  label: string;
}

/** What a manager may want; the value is the precision as text. */
export function choices(wanted: number | null): Choice[] {
  const others = wanted === null || PROMISES.includes(wanted) ? [] : [wanted];
  const promises = [...PROMISES, ...others].sort((a, b) => a - b);
  return [
    { value: OFF, label: "Off" },
    ...promises.map((promise) => ({
      value: String(promise),
      label: `${inPercent(promise)} right`,
    })),
  ];
}

export function precisionOf(choice: string): number | null {
  return choice === OFF ? null : Number(choice);
}

/** Whether it is on, in one sentence; while it has accepted nothing, what it waits for. */
export function switchWords(state: AutoAccept, hasSeveralLabels: boolean): string {
  const { wanted_precision, since, stopped_at, accepted, audited, is_paused } = state;
  if (stopped_at !== null) return `It stopped by itself ${formatAgo(stopped_at)}.`;
  if (wanted_precision === null) return "Off: people decide on every proposal.";
  const when = since === null ? "" : ` since ${formatMoment(since)}`;
  if (is_paused)
    return `On${when}, but not during a trial: until it ends, people decide on every proposal.`;
  const short = shortWords(state);
  if (short !== null) return `On${when}, but ${short}`;
  const on = `On${when}: the model accepts what it can promise to be ${inPercent(wanted_precision)} right, and leaves all else to people.`;
  if (accepted + (audited ?? 0) > 0) return on;
  const waits = `${on} Nothing yet: before it can promise that, people must have decided on proposals`;
  return hasSeveralLabels
    ? `${waits} with labels of many images, and a round have learned from that: among several labels it accepts nothing without one, and a wrong one is a fault. Models that an older Anneal trained do not know which proposals had one.`
    : `${waits} of many images.`;
}

/** Where the serving model is known to promise less than is wanted, what it can and what to do. */
function shortWords({ wanted_precision, can_promise }: AutoAccept): string | null {
  if (wanted_precision === null || can_promise === null) return null;
  if (!PROMISES.includes(wanted_precision) || can_promise.includes(wanted_precision)) return null;
  const [highest] = can_promise;
  const other = "A round that learns from more images may be able to";
  if (highest === undefined)
    return `the serving model cannot promise even ${inPercent(LEAST)}, and accepts nothing. ${other}.`;
  return `the serving model can promise ${inPercent(highest)} at most, and accepts nothing. ${other}; or ask for less in the settings.`;
}

/** What people made of the audited proposals: the share, how sure, and of how many; null: nobody tells. */
export function measuredWords({
  measured,
  decided,
}: Pick<AutoAccept, "measured" | "decided">): string | null {
  if (decided === null) return null;
  if (measured === null) return "Nothing yet";
  return precisionWords(measured, `n ${formatCount(decided)}`);
}

/** The same of what the serving model proposed; null where that is all, or nobody tells. */
export function servingWords({ serving, decided }: AutoAccept): string | null {
  return serving === null || serving.decided === decided ? null : measuredWords(serving);
}

function precisionWords(precision: ScoreBin["accepted"], of: string): string {
  return `${inPercent(precision.share)} (${intervalWords(precision)}, ${of})`;
}

/** "95 % interval 84–100 %". */
export function intervalWords({ low, high }: Pick<ScoreBin["accepted"], "low" | "high">): string {
  return `95 % interval ${Math.round(100 * low)}–${formatPercent(high)}`;
}

/** How many verdicts are left out of what was measured; null where none are, or nobody tells. */
export function leftOutWords({ left_out }: AutoAccept): string | null {
  if (!left_out) return null;
  return `${plural(left_out, "verdict")} of people who decide unlike everybody else`;
}

/** How many proposals were left to people, and how many are judged by now; null: nobody tells. */
export function auditWords({ audited, decided }: AutoAccept): string | null {
  if (audited === null || decided === null) return null;
  return `${plural(audited, "proposal")}, ${formatCount(decided)} judged`;
}

/** What was left to people and accepted unseen; null where nothing was, or nobody tells. */
export function atOnceWords({ at_once }: AutoAccept): string | null {
  if (!at_once) return null;
  return `${plural(at_once, "proposal")}, as all that were as sure were accepted at once`;
}

export interface BarOfScores {
  scores: string;
  accepted: number | null; // null: none of these scores
  score: number | null;
  count: number;
  words: { accepted: string; score: string };
}

/** All ten bins, those without proposals too. */
export function barsOf(bins: readonly ScoreBin[]): BarOfScores[] {
  return Array.from({ length: 10 }, (_, at) => {
    const bin = bins.find(({ low }) => Math.round(10 * low) === at);
    const scores = `${10 * at}–${10 * (at + 1)} %`;
    if (bin === undefined)
      return {
        ...{ scores, accepted: null, score: null, count: 0 },
        words: { accepted: NOTHING, score: NOTHING },
      };
    const { accepted, mean_score: score, count } = bin;
    return {
      ...{ scores, accepted: accepted.share, score, count },
      words: {
        accepted: precisionWords(accepted, plural(count, "proposal")),
        score: `${inPercent(score)} on average`,
      },
    };
  });
}

/** To a tenth of a percent, where there is one: 99.9 %. */
export function inPercent(share: number): string {
  return `${Math.round(1000 * share) / 10} %`;
}
