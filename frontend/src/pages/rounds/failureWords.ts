/** A round's failures on the holdout: of which kinds there are any, and what is said of each. */

import type { RoundFailure } from "@/api/types";
import { type Mask, maskFromRLE } from "@/editor/mask";
import type { RLE } from "@/editor/rle";

export type FailureKind = RoundFailure["kind"];

export const KINDS = {
  click: ["One click", "Objects that one click leaves under an IoU of 0.85, the lowest first."],
  missed: [
    "Not proposed",
    "Objects that no proposal overlaps with an IoU of 0.5 or more; the nearest one is filled.",
  ],
  false: [
    "False proposal",
    "Proposals that overlap no finished mask with an IoU of 0.5 or more, the surest first.",
  ],
} as const satisfies Record<FailureKind, readonly [string, string]>;

const NONE_KEPT = "This round was judged before its failures were kept.";
const NONE_FOUND =
  "None on this holdout: one click brought each object to an IoU of 0.85, and no proposal was missing or false. A larger holdout may show some.";

/** Why nothing is shown; null where something is. */
export function whyNone(failures: readonly RoundFailure[] | null): string | null {
  if (failures === null) return NONE_KEPT;
  return failures.length === 0 ? NONE_FOUND : null;
}

/** The kinds that there are failures of, with how many. */
export function kindsOf(failures: readonly RoundFailure[]): { kind: FailureKind; count: number }[] {
  const kinds = Object.keys(KINDS) as FailureKind[];
  return kinds
    .map((kind) => ({ kind, count: failures.filter((each) => each.kind === kind).length }))
    .filter(({ count }) => count > 0);
}

/** The mask that a failure is about. */
export function subjectOf({ kind, truth, answer }: RoundFailure): Mask | null {
  const rle = kind === "false" ? answer : truth;
  return rle && maskFromRLE(rle as RLE);
}

/** "Small, 23 × 31 px": the group that the figures count it in, and its box. */
export function sizeWords(failure: RoundFailure): string {
  const box = subjectOf(failure)?.box;
  const group = failure.size[0]?.toUpperCase() + failure.size.slice(1);
  return box ? `${group}, ${box.x1 - box.x0} × ${box.y1 - box.y0} px` : group;
}
