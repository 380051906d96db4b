/** The effort table in words: its groupings, rows and figures. */

import type { EffortBy, EffortFigure, EffortRow } from "@/api/types";
import { formatCount, formatPercent, plural } from "@/components/format";
import { NOTHING } from "../figures";

export const GROUPINGS: readonly { value: EffortBy; label: string }[] = [
  { value: "round", label: "Round" },
  { value: "size", label: "Size" },
  { value: "label", label: "Label" },
  { value: "annotator", label: "Annotator" },
  { value: "arm", label: "Arm" },
];

const ARMS: Readonly<Record<EffortRow["arm"], string>> = {
  serving: "Model that served",
  previous: "Model before it",
  candidate: "Model on trial",
  none: "Without proposals",
  "": "All images",
};

export interface EffortColumn {
  title: string;
  of: "seconds" | "clicks" | "strokes" | "untouched" | "iou";
  explanation: string;
  format: (value: number) => string;
}

/** The figures of a row. Sizes and labels know only what was spent at the mask itself. */
export function columnsBy(by: EffortBy): EffortColumn[] {
  const isOfMasks = by === "size" || by === "label";
  return [
    {
      of: "seconds",
      title: isOfMasks ? "Seconds at the mask" : "Seconds per mask",
      explanation: isOfMasks
        ? "Active time from the change before it to the mask"
        : "All active time on the images, by their masks",
      format: oneDigit,
    },
    {
      of: "clicks",
      title: "Clicks per mask",
      explanation: "On the image",
      format: oneDigit,
    },
    {
      of: "strokes",
      title: "Strokes per mask",
      explanation: "Drawn by hand: brush, eraser, lasso, polygon",
      format: oneDigit,
    },
    {
      of: "untouched",
      title: "Accepted untouched",
      explanation: isOfMasks ? "Of the proposals accepted" : "Of the proposals decided on",
      format: formatPercent,
    },
    {
      of: "iou",
      title: "Overlap (IoU)",
      explanation: "Of accepted proposals with their final masks",
      format: (value) => value.toFixed(2),
    },
  ];
}

/** What a row is of; a round's are told apart by whose proposals its images had. */
export function rowTitle({ name, arm }: EffortRow, by: EffortBy): string {
  if (by === "arm") return ARMS[arm];
  return by === "round" ? `${name}, ${ARMS[arm].toLowerCase()}` : name;
}

/** A figure, and under it the interval with what it is of; a dash where nobody measured it. */
export function figureWords(
  figure: EffortFigure | null,
  format: EffortColumn["format"],
): { value: string; spread: string } {
  if (figure === null) return { value: NOTHING, spread: "" };
  const [of, ends] = [`n ${formatCount(figure.n)}`, endsOf(figure)];
  const spread = ends ? `${format(ends.low)} to ${format(ends.high)}, ${of}` : of;
  return { value: format(figure.value), spread };
}

/** The same in a row, which tells of what was accepted untouched how much was at once. */
export function cellWords(row: EffortRow, { of, format }: EffortColumn) {
  const { value, spread } = figureWords(row[of], format);
  if (of !== "untouched" || !row.at_once?.value) return { value, spread };
  return { value, spread: `${spread}, ${format(row.at_once.value)} at once` };
}

/** "13.3 (95 %: 8.1 to 34.7, 1,200 masks)"; a dash where nobody measured it. */
export function figureOf(
  figure: EffortFigure | null,
  format: EffortColumn["format"],
  one: string,
): string {
  return figure === null ? NOTHING : `${format(figure.value)} ${basisOf(figure, format, one)}`;
}

function basisOf(figure: EffortFigure, format: EffortColumn["format"], one: string) {
  const [of, ends] = [plural(figure.n, one), endsOf(figure)];
  return ends ? `(95 %: ${format(ends.low)} to ${format(ends.high)}, ${of})` : `(${of})`;
}

/** Where a figure lies; null where nothing tells of a spread: one image, or all have the same. */
function endsOf({ low, high }: EffortFigure): { low: number; high: number } | null {
  return low === null || high === null || low === high ? null : { low, high };
}

/** What proposals save, in a sentence, or what is missing to tell. */
export function savedWords(rows: readonly EffortRow[], bareShare: number): string {
  const saved = rows.find(({ arm }) => arm === "serving")?.saved;
  if (!saved?.seconds) {
    return bareShare > 0
      ? "What proposals save is told once images with and without the proposals of one model are finished."
      : "To learn what proposals save, have a share of the images annotated without them (Settings).";
  }
  const parts = [
    savedPart(saved.seconds, "seconds"),
    saved.clicks && savedPart(saved.clicks, "clicks"),
  ].filter((part) => part !== null);
  return `Proposals save ${parts.join(" and ")} a mask.${isSure(saved.seconds) ? "" : " Whether they save time is not sure yet: finish more images."}`;
}

/** What does not count yet, which makes an arm look better than it is; null: all is finished. */
export function unfinishedWords(rows: readonly EffortRow[]): string | null {
  const left = rows.filter(({ unfinished }) => unfinished);
  if (left.length === 0) return null;
  const parts = left.map(
    ({ arm, unfinished }) => `${ARMS[arm].toLowerCase()} ${formatCount(unfinished ?? 0)}`,
  );
  return `Begun and not finished, so that they do not count yet: ${parts.join(", ")}. Images that need least are often finished first.`;
}

function savedPart(figure: EffortFigure, unit: string): string {
  return `${oneDigit(figure.value)} ${unit} ${basisOf(figure, oneDigit, "mask")}`;
}

export function oneDigit(value: number): string {
  return value.toFixed(1).replace("-", "−");
}

export function isSure(figure: EffortFigure): boolean {
  const ends = endsOf(figure);
  return ends !== null && (ends.low > 0 || ends.high < 0);
}

export interface LearningPoint {
  round: string;
  with: number | null;
  without: number | null;
  words: { with: string; without: string };
}

/** Seconds per mask by round, the oldest first, with what served proposing and without it. */
export function learningPoints(rows: readonly EffortRow[]): LearningPoint[] {
  const rounds = new Map<string, LearningPoint>();
  for (const { key, name, arm, seconds } of rows.toReversed()) {
    if (arm !== "serving" && arm !== "none") continue;
    const point = rounds.get(key) ?? {
      ...{ round: name, with: null, without: null },
      words: { with: NOTHING, without: NOTHING },
    };
    const line = arm === "none" ? "without" : "with";
    point[line] = seconds?.value ?? null;
    point.words[line] = figureOf(seconds, oneDigit, "mask");
    rounds.set(key, point);
  }
  return [...rounds.values()];
}
