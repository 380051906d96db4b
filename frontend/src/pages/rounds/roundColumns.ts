/** What the table of rounds tells: columns for the parts that a project's rounds train. */

import type { Part, Round } from "@/api/types";
import { formatCount } from "@/components/format";
import { formatFigure, NOTHING } from "./figures";
import { formatShare, labelAccuracy } from "./labelRows";

export interface RoundColumn {
  title: string;
  cell: (round: Round) => string;
}

const COLUMNS: Readonly<Record<Part, readonly RoundColumn[]>> = {
  masks: [
    { title: "IoU at 1 click", cell: (round) => holdoutFigure("miou_1", round) },
    { title: "Clicks to 85 %", cell: (round) => holdoutFigure("noc_85", round) },
    { title: "AP50", cell: (round) => holdoutFigure("ap_50", round) },
    { title: "Masks made", cell: ({ effort }) => formatCount(effort.masks) },
    {
      title: "Seconds per mask",
      cell: ({ effort }) => effort.seconds_per_mask?.toFixed(1) ?? NOTHING,
    },
    {
      title: "Accepted untouched",
      cell: ({ effort }) => formatShare(effort.accepted_untouched_share),
    },
  ],
  captions: [
    {
      title: "CIDEr",
      cell: ({ metrics }) => metrics.captions?.candidate?.cider.toFixed(2) ?? NOTHING,
    },
    {
      title: "Words in common",
      cell: ({ metrics }) => metrics.captions?.candidate?.f1.toFixed(2) ?? NOTHING,
    },
    { title: "Descriptions", cell: ({ effort }) => formatCount(effort.captions.shown.captions) },
    {
      title: "Edits per 100 words",
      cell: ({ effort }) => effort.captions.shown.edits_per_100_words?.toFixed(0) ?? NOTHING,
    },
  ],
};

const LABELS: RoundColumn = {
  title: "Label accuracy",
  cell: ({ metrics }) => {
    const figures = metrics.candidate?.labels;
    return figures ? formatShare(labelAccuracy(figures)) : NOTHING;
  },
};

/**
 * The columns of masks, of descriptions or of both; masks where nothing is known yet. Labels
 * besides, once a round has learned some.
 */
export function columnsOf(rounds: readonly Round[]): RoundColumn[] {
  const parts = (["masks", "captions"] as const).filter((part) =>
    rounds.some((round) => tellsOf(part, round)),
  );
  const columns = (parts.length === 0 ? (["masks"] as const) : parts).flatMap(
    (part) => COLUMNS[part],
  );
  return rounds.some(({ metrics }) => metrics.candidate?.labels) ? [...columns, LABELS] : columns;
}

function tellsOf(part: Part, { parts, effort, metrics }: Round): boolean {
  if (parts.includes(part)) return true;
  if (part === "masks") return effort.masks > 0 || Boolean(metrics.candidate);
  return effort.captions.shown.captions > 0 || Boolean(metrics.captions?.candidate);
}

function holdoutFigure(name: "miou_1" | "noc_85" | "ap_50", { metrics }: Round): string {
  return formatFigure(name, metrics.candidate?.[name]);
}
