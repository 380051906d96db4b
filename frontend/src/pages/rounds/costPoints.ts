/** How long rounds ran, one beside the other, in words. */

import type { Round } from "@/api/types";
import { formatAbout } from "@/components/format";
import { NOTHING } from "./figures";
import { roundName } from "./servedWords";

interface Cost {
  round: string;
  runs: number;
  /** Seconds: of all, of which for judging. Null: it was not judged, or nobody measured that. */
  took: number;
  judging: number | null;
}

export interface CostPoint {
  round: string;
  training: number; // in the unit of the axis
  judging: number | null;
  words: { training: string; judging: string };
}

interface Unit {
  name: string;
  seconds: number;
}

const UNITS = [
  { name: "Hours", seconds: 3600 },
  { name: "Minutes", seconds: 60 },
] as const;
const FEWEST = 2; // of a unit, that it be the axis'

/** What ended rounds took, the oldest first. */
export function costsOf(rounds: readonly Round[]): Cost[] {
  return rounds.flatMap(costOf).toReversed();
}

/** The unit in which the longest of them is read best. */
export function unitOf(costs: readonly Cost[]): Unit {
  const longest = Math.max(0, ...costs.map(({ took }) => took));
  const fitting = UNITS.find(({ seconds }) => longest >= FEWEST * seconds);
  return fitting ?? { name: "Seconds", seconds: 1 };
}

export function costPoints(costs: readonly Cost[], unit: Unit): CostPoint[] {
  return costs.map(({ round, runs, took, judging }) => {
    const training = took - (judging ?? 0);
    return {
      round,
      training: training / unit.seconds,
      judging: judging === null ? null : judging / unit.seconds,
      words: {
        training: `${formatAbout(training)}${lastOf(runs)}`,
        judging: judging === null ? NOTHING : formatAbout(judging),
      },
    };
  });
}

/** What is known before there are two rounds to compare. */
export function firstCost(only: Cost | undefined): string {
  if (only === undefined) return "The bars begin with the first round that has ended.";
  const judging = only.judging === null ? "" : `, ${formatAbout(only.judging)} of them to judge it`;
  return `${only.round} took ${formatAbout(only.took)}${lastOf(only.runs)}${judging}. The bars begin with the second.`;
}

/** The times of a job that was taken up again are of its last run. */
function lastOf(runs: number): string {
  return runs > 1 ? `, the last of ${runs} runs` : "";
}

function costOf({ number, runs, job, metrics: { judging_s } }: Round): Cost[] {
  if (!job?.started_at || !job.finished_at) return [];
  const took = (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000;
  const judging = judging_s === undefined ? null : Math.min(judging_s, took);
  return [{ round: roundName(number), runs, took, judging }];
}
