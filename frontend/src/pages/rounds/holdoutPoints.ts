/** How models did on the holdout, round by round and by the size of objects, in words. */

import type { Figures, Round } from "@/api/types";
import { plural } from "@/components/format";
import { formatFigure, NOTHING } from "./figures";
import { roundName } from "./servedWords";
import { SIZES } from "./sizes";

const ALL = { name: "all", label: "All objects", color: "iris.5" } as const;
const BY_SIZE = [
  { name: "small", label: SIZES.small[0], color: "orange.6", strokeDasharray: "5 4" },
  { name: "medium", label: SIZES.medium[0], color: "teal.6", strokeDasharray: "5 4" },
  { name: "large", label: SIZES.large[0], color: "pink.6", strokeDasharray: "5 4" },
] as const;

type Measured = Pick<Figures, "miou_1" | "objects">;

type Line = typeof ALL | (typeof BY_SIZE)[number];

/** IoU after one click, by the lines' names; null: nobody measured it, or there is no such object. */
export type HoldoutPoint = { round: string; words: Record<Line["name"], string> } & Record<
  Line["name"],
  number | null
>;

/** What each judged model came to on the holdout as it was then, the oldest first. */
export function holdoutPoints(rounds: readonly Round[]): HoldoutPoint[] {
  return rounds
    .flatMap(({ number, metrics: { candidate } }) => (candidate ? [{ number, candidate }] : []))
    .toReversed()
    .map(({ number, candidate }) => {
      const figures: Record<string, Measured | undefined> = {
        ...candidate.by_size,
        all: candidate,
      };
      return {
        round: roundName(number),
        ...byLine((name) => figures[name]?.miou_1 ?? null),
        words: byLine((name) => figureWords(figures[name])),
      };
    });
}

/** The line of all objects, and one for each size that some holdout had objects of. */
export function linesOf(points: readonly HoldoutPoint[]): Line[] {
  return [ALL, ...BY_SIZE.filter(({ name }) => points.some((point) => point[name] !== null))];
}

/** What is known before there are two models to compare. */
export function firstOf(only: HoldoutPoint | undefined): string {
  if (only === undefined) return "The curve begins with the first round judged on the holdout.";
  return `${only.round}: IoU ${only.words.all} after one click. The curve begins with the second model that is judged.`;
}

/** "0.640 (14 objects)". */
function figureWords(figures: Measured | undefined): string {
  if (!figures) return NOTHING;
  return `${formatFigure("miou_1", figures.miou_1)} (${plural(figures.objects, "object")})`;
}

function byLine<T>(of: (name: Line["name"]) => T): Record<Line["name"], T> {
  return { all: of("all"), small: of("small"), medium: of("medium"), large: of("large") };
}
