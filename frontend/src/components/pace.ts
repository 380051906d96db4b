/** How fast a job goes and how long it has to go, told by what this page has seen of it. */

import { useEffect, useState } from "react";
import type { Job } from "@/api/types";
import { formatAbout, formatCount } from "./format";

export interface Point {
  readonly job: number;
  readonly done: number;
  readonly total: number;
  readonly at: number; // ms
}

/** Steps differ: what is older says little of those to come. */
const LATEST_MS = 120_000;
/** Of less time than this the first guesses would jump about. */
const LEAST_MS = 4_000;
const UNITS = [
  ["second", 1],
  ["minute", 60],
  ["hour", 3600],
] as const;

/** What was seen and is of use, with the newest; the next part of a job counts from the start. */
export function withPoint(seen: readonly Point[], point: Point): readonly Point[] {
  const last = seen.at(-1);
  if (!last || last.job !== point.job || last.total !== point.total || point.done < last.done)
    return [point];
  if (point.done === last.done) return seen;
  const latest = seen.filter(({ at }) => at >= point.at - LATEST_MS);
  return [...(latest.length > 0 ? latest : [last]), point];
}

/** "42 a minute, 39 min left"; empty as long as that is not known. */
export function paceWords(seen: readonly Point[]): string {
  const [first, last] = [seen.at(0), seen.at(-1)];
  if (!first || !last || last.total === 0 || last.at - first.at < LEAST_MS) return "";
  const perSecond = (1000 * (last.done - first.done)) / (last.at - first.at);
  const left = (last.total - last.done) / perSecond;
  return left > 0 ? `${rateWords(perSecond)}, ${formatAbout(left)} left` : "";
}

function rateWords(perSecond: number): string {
  const [unit, seconds] = UNITS.find(([, size]) => perSecond * size >= 1) ?? UNITS[2];
  const rate = perSecond * seconds;
  const text = rate >= 10 ? formatCount(Math.round(rate)) : rate.toFixed(1).replace(".0", "");
  return `${text} ${unit === "hour" ? "an" : "a"} ${unit}`;
}

export function usePace({ id, progress_done, progress_total, state }: Job): string {
  const [seen, setSeen] = useState<readonly Point[]>([]);
  useEffect(() => {
    const point = { job: id, done: progress_done, total: progress_total, at: Date.now() };
    setSeen((before) => (state === "running" ? withPoint(before, point) : []));
  }, [id, progress_done, progress_total, state]);
  return paceWords(seen);
}
