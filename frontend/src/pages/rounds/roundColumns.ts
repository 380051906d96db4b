/**
 * What the table of rounds tells: columns for the parts that a project's rounds train, and to
 * managers what people spent.
 */

import type { BundlePart, Effort, EffortFigure, Part, Round } from "@/api/types";
import { formatCount, plural } from "@/components/format";
import { partsWords, standsIn } from "./captions/captionWords";
import { oneDigit } from "./effort/effortRows";
import { formatFigure, NOTHING } from "./figures";
import { formatShare, labelAccuracy } from "./labelRows";

interface Cell {
  value: string;
  of: string; // what it was measured on; empty: it is a count, or nobody measured it
}

export interface RoundColumn {
  title: string;
  cell: (round: Round) => Cell;
}

type Columns = Readonly<Record<Part, readonly RoundColumn[]>>;

const OF_HOLDOUT: Columns = {
  masks: [
    { title: "IoU at 1 click", cell: (round) => holdoutFigure("miou_1", round) },
    { title: "Clicks to 85 %", cell: (round) => holdoutFigure("noc_85", round) },
    { title: "AP50", cell: (round) => holdoutFigure("ap_50", round) },
  ],
  captions: [
    { title: "CIDEr", cell: (round) => captionFigure("cider", round) },
    { title: "Words in common", cell: (round) => captionFigure("f1", round) },
  ],
};

const OF_PEOPLE: Columns = {
  masks: [
    { title: "Masks made", cell: ofEffort(({ masks }) => countCell(masks)) },
    {
      title: "Seconds per mask",
      cell: ofEffort((effort) => effortCell(effort.seconds_per_mask, oneDigit, "mask")),
    },
    {
      title: "Accepted untouched",
      cell: ofEffort((effort) =>
        effortCell(effort.accepted_untouched_share, formatShare, "proposal"),
      ),
    },
  ],
  captions: [
    { title: "Descriptions", cell: ofEffort(({ captions }) => countCell(captions.shown.captions)) },
    {
      title: "Edits per 100 words",
      cell: ofEffort((effort) => {
        const { edits_per_100_words: edits, captions } = effort.captions.shown;
        return edits === null ? NO_CELL : of(edits.toFixed(0), captions, "description");
      }),
    },
  ],
};

const NO_CELL: Cell = { value: NOTHING, of: "" };

const LABELS: RoundColumn = {
  title: "Label accuracy",
  cell: (round) => {
    const figures = round.metrics.candidate?.labels;
    if (!figures) return NO_CELL;
    const cell = of(formatShare(labelAccuracy(figures)), figures.masks, "mask");
    return asPromoted("labels", round, cell);
  },
};

/**
 * The columns of masks, of descriptions or of both; masks where nothing is known yet. Labels
 * besides, once a round has learned some. What people spent is told to managers alone.
 */
export function columnsOf(rounds: readonly Round[]): RoundColumn[] {
  const parts = (["masks", "captions"] as const).filter((part) =>
    rounds.some((round) => tellsOf(part, round)),
  );
  const isEffortTold = rounds.every(({ effort }) => effort !== null);
  const columns = (parts.length === 0 ? (["masks"] as const) : parts).flatMap((part) =>
    isEffortTold ? [...OF_HOLDOUT[part], ...OF_PEOPLE[part]] : OF_HOLDOUT[part],
  );
  return rounds.some(({ metrics }) => metrics.candidate?.labels) ? [...columns, LABELS] : columns;
}

/** What the gate said of a round; where only some of what it trained serves, which. */
export function verdictWord({ state, parts, metrics }: Round): string | undefined {
  if (state === "refused") return "Not promoted";
  const passed = metrics.passed ?? [];
  const trained: BundlePart[] = parts.includes("masks") ? [...parts, "labels"] : parts;
  const isWhole = passed.length === 0 || trained.every((part) => passed.includes(part));
  if (state !== "promoted" || isWhole) return undefined;
  const told = partsWords(passed);
  return `${told[0]?.toUpperCase()}${told.slice(1)} promoted`;
}

function tellsOf(part: Part, { parts, effort, metrics }: Round): boolean {
  if (parts.includes(part)) return true;
  if (part === "masks") return Boolean(effort?.masks || metrics.candidate);
  return Boolean(effort?.captions.shown.captions || metrics.captions?.candidate);
}

function ofEffort(cell: (effort: Effort) => Cell): RoundColumn["cell"] {
  return ({ effort }) => (effort === null ? NO_CELL : cell(effort));
}

function holdoutFigure(name: "miou_1" | "noc_85" | "ap_50", round: Round): Cell {
  const figures = round.metrics.candidate;
  const figure = figures?.[name];
  if (!figures || typeof figure !== "number") return NO_CELL;
  const value = formatFigure(name, figure);
  const cell =
    name === "ap_50" ? of(value, figures.ap_images, "image") : of(value, figures.objects, "object");
  return asPromoted("masks", round, cell);
}

function captionFigure(name: "cider" | "f1", round: Round): Cell {
  const figures = round.metrics.captions?.candidate;
  if (!figures) return NO_CELL;
  const cell = of(figures[name].toFixed(2), figures.images, "image");
  const told = standsIn(figures) ? { ...cell, of: `of images alike, ${cell.of}` } : cell;
  return asPromoted("captions", round, told);
}

/**
 * A promoted round's figure tells where its part was left behind: what served before goes on. Where
 * no part passed, a manager promoted all of it.
 */
function asPromoted(part: BundlePart, { state, metrics }: Round, cell: Cell): Cell {
  const passed = metrics.passed ?? [];
  const isLeft = state === "promoted" && passed.length > 0 && !passed.includes(part);
  return isLeft ? { ...cell, of: `not promoted, ${cell.of}` } : cell;
}

function effortCell(
  figure: EffortFigure | null,
  format: (value: number) => string,
  one: string,
): Cell {
  return figure === null ? NO_CELL : of(format(figure.value), figure.n, one);
}

function countCell(count: number): Cell {
  return { value: formatCount(count), of: "" };
}

function of(value: string, n: number, one: string): Cell {
  return { value, of: plural(n, one) };
}
