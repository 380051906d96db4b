/** The figures of descriptions, in words. */

import type { ArmEffort, BundlePart, CaptionFigures, Effort, Round } from "@/api/types";
import { formatCount, formatDuration, formatPercent, plural } from "@/components/format";
import type { Comparison } from "../ComparisonTable";
import { NOTHING } from "../figures";

const CAPTION_FIGURES = [
  {
    ...({ name: "cider", title: "Likeness to people's words (CIDEr)", digits: 2 } as const),
    explanation: "How like people's descriptions they are; a person's own reaches about 1 to 1.4",
  },
  {
    ...({ name: "f1", title: "Words in common (F1)", digits: 2 } as const),
    explanation: "Share of the words with a meaning that both a model and people use",
  },
] as const;

/** How descriptions do, beside those of another model; none where the candidate has none. */
export function captionRows({
  serving,
  candidate,
  difference,
}: NonNullable<Round["metrics"]["captions"]>): Comparison[] {
  if (!candidate) return [];
  return CAPTION_FIGURES.map(({ name, ...words }) => ({
    ...words,
    serving: serving?.[name].toFixed(words.digits) ?? NOTHING,
    candidate: candidate[name].toFixed(words.digits),
    change: serving ? candidate[name] - serving[name] : null,
    moreIsBetter: true,
    interval: name === "cider" ? difference : undefined,
  }));
}

/** What the figures are on. */
export function comparedOn(
  { images }: CaptionFigures,
  serving: CaptionFigures | undefined,
): string {
  const on = `${plural(images, "image")} that no model was trained on.`;
  return [on, ...standInWords([[serving, "The model that serves"]])].join(" ");
}

/** Whether they are of images alike: the model writes no descriptions. */
export function standsIn({ by }: CaptionFigures): boolean {
  return by === "neighbours";
}

/** Whose figures they are, over their column. */
export function describerName(figures: CaptionFigures | undefined, model: string): string {
  return figures && standsIn(figures) ? "Images alike" : model;
}

/** What stands for those of some models that cannot write yet. */
export function standInWords(
  models: readonly (readonly [figures: CaptionFigures | undefined, model: string])[],
): string[] {
  return models
    .filter(([figures]) => figures && standsIn(figures))
    .map(
      ([, model]) =>
        `${model} writes no descriptions: in its place stands what people said of the five images most alike.`,
    );
}

/** What of a round was trained: "masks and descriptions". Labels with masks go without saying. */
export function partsWords(parts: readonly BundlePart[]): string {
  const told = parts.filter((part) => part !== "labels" || !parts.includes("masks"));
  return told.map((part) => (part === "captions" ? "descriptions" : part)).join(" and ");
}

/** One arm's figures, as the cells of a row. */
export function armCells(arm: ArmEffort): string[] {
  const { captions, timed, edits_per_100_words, seconds_per_caption, accepted_untouched_share } =
    arm;
  const ofTimed = timed === captions ? "" : ` (of ${formatCount(timed)})`;
  if (captions === 0) return ["0", NOTHING, NOTHING, NOTHING];
  return [
    formatCount(captions),
    edits_per_100_words === null ? NOTHING : edits_per_100_words.toFixed(0),
    seconds_per_caption === null ? NOTHING : `${formatDuration(seconds_per_caption)}${ofTimed}`,
    accepted_untouched_share === null ? NOTHING : formatPercent(accepted_untouched_share),
  ];
}

/** Whether it is told that people have described images that a bundle had proposed for. */
export function isDescribed(round: Round): round is Round & { effort: Effort } {
  if (round.effort === null) return false;
  const { shown, control } = round.effort.captions;
  return shown.captions + control.captions > 0;
}
