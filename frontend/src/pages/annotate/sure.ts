/** Which proposals "accept all" takes. */

import type { SizeHW } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import type { Doubles } from "@/editor/near-duplicates";
import { type ProposalRow, sureness } from "@/editor/operations";

/** A mask of more than this share of the image is as likely its background: a person looks. */
const MOST_OF_THE_IMAGE = 0.5;

type Shape = Pick<ProposalRow, "rle">;

export interface SureProposals {
  readonly accepted: readonly ProposalRow[];
  /** As sure, but they cover most of the image. */
  readonly left: readonly ProposalRow[];
  /** As sure, but a mask of each is there already. */
  readonly doubled: readonly ProposalRow[];
}

/** The share of the image that a proposal covers. */
export function shareOfImage({ rle }: Shape, [height, width]: SizeHW): number {
  return maskFromRLE(rle).area_px / (height * width);
}

export function coversMost(row: Shape, size_hw: SizeHW): boolean {
  return shareOfImage(row, size_hw) > MOST_OF_THE_IMAGE;
}

/** How sure the model is of a proposal, in words; 0.899 is not above 0.90. */
export function sureWords({ model, score }: Pick<ProposalRow, "model" | "score">): string {
  if (score === null) return model ?? "No score";
  const words = (Math.floor(100 * score) / 100).toFixed(2);
  return model === null ? `Score ${words}` : `${model}: ${words}`;
}

/** What "accept all" takes of the proposals that nobody has judged, and what it leaves to the person. */
export function sureProposals(
  pending: readonly ProposalRow[],
  threshold: number,
  size_hw: SizeHW,
  doubles: Doubles,
): SureProposals {
  const sure = pending.filter((row) => row.state === "pending" && sureness(row) >= threshold);
  const single = sure.filter(({ id }) => !doubles.has(id));
  return {
    accepted: single.filter((row) => !coversMost(row, size_hw)),
    left: single.filter((row) => coversMost(row, size_hw)),
    doubled: sure.filter(({ id }) => doubles.has(id)),
  };
}
