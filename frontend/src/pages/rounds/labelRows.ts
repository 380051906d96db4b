/** How well a bundle names the holdout's masks, as rows beside those of what serves. */

import type { Interval, LabelFigures, Round } from "@/api/types";
import { formatCount, formatPercent } from "@/components/format";
import type { Comparison } from "./ComparisonTable";
import { countOfBoth, NOTHING } from "./figures";

interface Share {
  title: (now: LabelFigures, then: LabelFigures | undefined) => string;
  explanation: string;
  shareOf: (figures: LabelFigures) => number | null;
}

const ROWS: readonly Share[] = [
  {
    title: ({ masks }, then) => `Label accuracy, ${countOfBoth(then?.masks, masks, "mask")}`,
    explanation: "Masks whose likeliest label is the one that people gave",
    shareOf: labelAccuracy,
  },
  {
    title: ({ named }) => `Proposed labels that are right, of ${formatCount(named)}`,
    explanation: "A label is proposed where the model is sure enough; all else is unknown",
    shareOf: ({ named, named_right }) => share(named_right, named),
  },
];

/** None where the candidate knows no labels. The last row is what it is judged by. */
export function labelRows({ serving, candidate, difference }: Round["metrics"]): Comparison[] {
  const [then, now] = [serving?.labels, candidate?.labels];
  if (!now) return [];
  const shares = ROWS.map(({ title, explanation, shareOf }) => {
    const [before, after] = [then ? shareOf(then) : null, shareOf(now)];
    return {
      ...{
        title: title(now, then),
        explanation,
        digits: 2,
        moreIsBetter: true,
        interval: undefined,
      },
      serving: formatShare(before),
      candidate: formatShare(after),
      change: before === null || after === null ? null : after - before,
    };
  });
  return difference?.labels ? [...shares, worthRow(then, now, difference.labels)] : shares;
}

function worthRow(then: LabelFigures | undefined, now: LabelFigures, interval: Interval) {
  const [before, after] = [then ? worth(then) : 0, worth(now)];
  return {
    title: "Right less wrong labels, a mask",
    explanation: "Of proposed labels; a model that proposes none is neither right nor wrong",
    digits: 3,
    moreIsBetter: true,
    interval,
    serving: before.toFixed(3),
    candidate: after.toFixed(3),
    change: after - before,
  };
}

/** A wrong label costs about what a right one saves. */
function worth({ masks, named, named_right: right }: LabelFigures): number {
  return (right - (named - right)) / masks;
}

export function labelAccuracy({ masks, right }: LabelFigures): number | null {
  return share(right, masks);
}

export function formatShare(value: number | null): string {
  return value === null ? NOTHING : formatPercent(value);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
