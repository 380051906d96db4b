/** The holdout's figures: their names for people, and which way is better. */

import type { Figures, Interval, Round } from "@/api/types";
import { formatCount, plural } from "@/components/format";
import type { Comparison } from "./ComparisonTable";

export type FigureName =
  | "miou_1"
  | "miou_3"
  | "miou_5"
  | "noc_85"
  | "noc_90"
  | "ap_50"
  | "ap_75"
  | "calibration_error";

interface FigureWords {
  name: FigureName;
  title: string;
  explanation: string;
  moreIsBetter: boolean;
  digits: number;
}

export const FIGURES: readonly FigureWords[] = [
  figure("miou_1", "IoU after 1 click", "Mean overlap with the truth after one click"),
  figure("miou_3", "IoU after 3 clicks", "Mean overlap with the truth after three clicks"),
  figure("miou_5", "IoU after 5 clicks", "Mean overlap with the truth after five clicks"),
  fewer("noc_85", "Clicks to 85 %", "Clicks until the overlap is 0.85, at most 20"),
  fewer("noc_90", "Clicks to 90 %", "Clicks until the overlap is 0.90, at most 20"),
  figure("ap_50", "AP50 of proposals", "Average precision of automatic proposals at IoU 0.5"),
  figure("ap_75", "AP75 of proposals", "Average precision of automatic proposals at IoU 0.75"),
  {
    name: "calibration_error",
    title: "Calibration error",
    explanation:
      "How far the verifier's scores are from the share of proposals that are good. Few proposals show some by chance, even if every score is right",
    moreIsBetter: false,
    digits: 3,
  },
];

/** In place of a figure that nobody has measured. */
export const NOTHING = "—";

export function formatFigure(name: FigureName, value: number | null | undefined): string {
  const digits = name.startsWith("noc") ? 2 : 3;
  return value === null || value === undefined ? NOTHING : value.toFixed(digits);
}

type Measured = Readonly<Partial<Record<FigureName, number | null>>>;

interface Sides {
  serving: Measured | undefined;
  candidate: Measured;
  /** Candidate minus serving at one click, and in clicks to 0.85. */
  difference?: (Interval & { clicks?: Interval }) | undefined;
}

/** A figure of both sides as a row, with its interval where one was measured. */
export function comparisonOf(
  { name, ...words }: FigureWords,
  { serving, candidate, difference }: Sides,
): Comparison {
  const intervals: Partial<Record<FigureName, Interval>> = {
    miou_1: difference,
    noc_85: difference?.clicks,
  };
  return {
    ...words,
    serving: formatFigure(name, serving?.[name]),
    candidate: formatFigure(name, candidate[name]),
    change: changeOf(serving?.[name], candidate[name]),
    interval: intervals[name],
  };
}

/** Signed; null where either is missing. */
export function changeOf(
  before: number | null | undefined,
  after: number | null | undefined,
): number | null {
  return typeof before === "number" && typeof after === "number" ? after - before : null;
}

/** "12 objects"; where the two sides are of different ones, "9 and 12 objects". */
export function countOfBoth(before: number | undefined, after: number, one: string): string {
  const words = plural(after, one);
  return before === undefined || before === after ? words : `${formatCount(before)} and ${words}`;
}

/** A figure's title; what is of neither the objects nor the images of the table says of what. */
export function figureTitle(
  name: FigureName,
  title: string,
  { serving, candidate }: Round["metrics"],
): string {
  if (name === "calibration_error") {
    const words = titleOf(title, "proposal", proposalsIn(serving), proposalsIn(candidate));
    const chance = candidate?.calibration_by_chance;
    return chance === undefined ? words : `${words}, ${formatFigure(name, chance)} by chance`;
  }
  if (name === "ap_50" || name === "ap_75")
    return titleOf(title, "image", serving?.ap_images, candidate?.ap_images);
  return title;
}

function titleOf(title: string, one: string, before: number | undefined, after = 0): string {
  return after === 0 ? title : `${title}, ${countOfBoth(before, after, one)}`;
}

/** How many proposals a verifier's scores were compared on, if there is one. */
function proposalsIn(figures: Figures | undefined): number | undefined {
  return figures?.calibration_bins?.reduce((sum, bin) => sum + bin.proposals, 0);
}

export function formatChange(change: number, digits: number): string {
  const sign = change > 0 ? "+" : change < 0 ? "−" : "±";
  return `${sign}${Math.abs(change).toFixed(digits)}`;
}

function figure(name: FigureName, title: string, explanation: string): FigureWords {
  return { name, title, explanation, moreIsBetter: true, digits: 3 };
}

function fewer(name: FigureName, title: string, explanation: string): FigureWords {
  return { name, title, explanation, moreIsBetter: false, digits: 2 };
}
