/** What a finished mask costs, round by round, in words. */

import type { Round } from "@/api/types";
import { plural } from "@/components/format";
import { figureOf, oneDigit } from "./effort/effortRows";
import { roundName } from "./servedWords";

export interface EffortPoint {
  round: string;
  of: string; // what it was measured on
  seconds: number | null; // null: nobody measured it
  clicks: number | null;
  words: { seconds: string; clicks: string };
}

/** What the rounds cost whose proposals people have worked with, the oldest first; to managers. */
export function effortPoints(rounds: readonly Round[]): EffortPoint[] {
  return rounds
    .flatMap(({ number, effort }) => (effort?.masks ? [{ number, effort }] : []))
    .toReversed()
    .map(({ number, effort }) => ({
      round: roundName(number),
      of: `${plural(effort.masks, "mask")} on ${plural(effort.images, "image")}`,
      seconds: effort.seconds_per_mask?.value ?? null,
      clicks: effort.clicks_per_mask?.value ?? null,
      words: {
        seconds: figureOf(effort.seconds_per_mask, oneDigit, "mask"),
        clicks: figureOf(effort.clicks_per_mask, oneDigit, "mask"),
      },
    }));
}

type Beginning = Pick<EffortPoint, "round" | "of" | "seconds" | "clicks">;

/** What is known before there are two rounds to compare; what nobody measured is left out. */
export function beginning(only: Beginning | undefined): string {
  if (only === undefined) return "The curve begins with the first finished image with proposals.";
  const { round, of, seconds, clicks } = only;
  const costs = [
    seconds === null ? null : `${seconds.toFixed(1)} seconds`,
    clicks === null ? null : `${clicks.toFixed(1)} clicks`,
  ].filter((cost) => cost !== null);
  const next = "The curve begins with the second round that people work with.";
  return costs.length === 0 ? next : `${round}: ${costs.join(" and ")} a mask (${of}). ${next}`;
}
