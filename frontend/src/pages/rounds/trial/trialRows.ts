/** What people did with a model on trial and with what served, in words. */

import type { EffortFigure, Trial } from "@/api/types";
import { formatAgo, formatMoment, formatPercent, plural } from "@/components/format";
import type { Comparison } from "../ComparisonTable";
import { columnsBy, type EffortColumn, figureWords, isSure } from "../effort/effortRows";

const DIGITS: Readonly<Record<EffortColumn["of"], number>> = {
  ...{ seconds: 1, clicks: 1, strokes: 1, untouched: 2, iou: 2 },
};

const AHEAD =
  "The serving model had accepted some of its proposals there by itself before the trial began: it is ahead by that.";

/** A row for each measure, both arms with their intervals and what they are of. */
export function trialRows({ candidate, serving, difference }: Trial): Comparison[] {
  return columnsBy("arm").map(({ of, title, explanation, format }) => {
    const apart = difference?.[of] ?? null;
    return {
      ...{ title, explanation, digits: DIGITS[of] },
      serving: cell(serving?.[of] ?? null, format),
      candidate: cell(candidate?.[of] ?? null, format),
      change: apart?.value ?? null,
      moreIsBetter: of === "untouched" || of === "iou",
      interval: intervalOf(apart),
    };
  });
}

/** Since when it runs or ran, and on how many images. */
export function trialWords({ since, ended_at, images, round }: Trial, share: number): string {
  if (ended_at !== null) return `From ${formatMoment(since)} to ${formatMoment(ended_at)}.`;
  const begun = `Begun ${formatAgo(since)}.`;
  if (share === 0) return `${begun} Its share of the images is 0 % (Settings).`;
  if (images === 0)
    return `${begun} Round ${round} will propose on ${formatPercent(share)} of the images that nobody has begun, as they are prepared.`;
  return `${begun} Round ${round} has proposed on ${plural(images, "image")}; nobody who annotates is told which.`;
}

/** How far the comparison can be trusted. */
export function comparedWords(trial: Trial): string {
  return trial.serving_accepted ? `${basisWords(trial)} ${AHEAD}` : basisWords(trial);
}

function basisWords({ candidate, serving, difference, ended_at }: Trial): string {
  if (!candidate || !serving)
    return ended_at === null
      ? "What people do with either model is compared once images of both are finished."
      : "It ended before images of both models were finished.";
  const of = `Of ${plural(candidate.images, "image")} with the candidate's proposals and ${serving.images} with the serving model's, finished meanwhile. The candidate proposes alone: clicks are answered by the serving model in both.`;
  const isTimeSure = difference?.seconds && isSure(difference.seconds);
  return isTimeSure ? of : `${of} Which takes less time is not sure yet: finish more images.`;
}

function cell(figure: EffortFigure | null, format: EffortColumn["format"]): string {
  const { value, spread } = figureWords(figure, format);
  return spread ? `${value} (${spread})` : value;
}

function intervalOf(figure: EffortFigure | null): Comparison["interval"] {
  if (figure === null || figure.low === null || figure.high === null) return undefined;
  return { low: figure.low, high: figure.high };
}
