/** Which object a point means, and in which order proposals are looked at. */

import type { ImagePoint } from "@/editor/geometry";
import { contains, maskFromRLE } from "@/editor/mask";
import {
  type Annotations,
  isLive,
  isOpen,
  type MaskRow,
  type ProposalRow,
  sureness,
} from "@/editor/operations";

/** One object on the image: a mask or a proposal that waits for a verdict. */
export interface ObjectRef {
  readonly kind: "mask" | "proposal";
  readonly id: string;
}

export function isSameRef(a: ObjectRef | null, b: ObjectRef | null): boolean {
  return a === b || (a?.kind === b?.kind && a?.id === b?.id);
}

export function liveMasks({ masks }: Annotations): MaskRow[] {
  return [...masks.values()].filter(isLive);
}

/** The masks of the other set that nobody has decided about. */
export function masksAside({ masks }: Annotations): MaskRow[] {
  return [...masks.values()].filter((row) => row.isAside && !row.isDeleted);
}

/** The proposals to accept or reject: first what others sent on, then the surest. */
export function pendingProposals({ proposals }: Annotations): ProposalRow[] {
  return [...proposals.values()]
    .filter(isOpen)
    .sort((a, b) => isSentOn(b) - isSentOn(a) || sureness(b) - sureness(a));
}

function isSentOn({ state }: ProposalRow): 0 | 1 {
  return state === "pending" ? 0 : 1;
}

/** As they are drawn: each lies above those before it. */
export function inDrawingOrder(masks: readonly MaskRow[]): MaskRow[] {
  return [...masks].sort((a, b) => a.z - b.z);
}

/**
 * The highest object under a point, of equals the smallest, so that parts can be reached; masks
 * before proposals.
 */
export function objectAt(
  annotations: Annotations,
  at: ImagePoint,
  isShown: (ref: ObjectRef) => boolean,
): ObjectRef | null {
  const first = (kind: ObjectRef["kind"], rows: readonly (MaskRow | ProposalRow)[]) => {
    let found: ObjectRef | null = null;
    let [highest, area_px] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const row of rows) {
      const { id } = row;
      const mask = maskFromRLE(row.rle);
      const z = "z" in row ? row.z : 0;
      if (z < highest || (z === highest && mask.area_px >= area_px)) continue;
      if (!contains(mask, at) || !isShown({ kind, id })) continue;
      found = { kind, id };
      [highest, area_px] = [z, mask.area_px];
    }
    return found;
  };
  return first("mask", liveMasks(annotations)) ?? first("proposal", pendingProposals(annotations));
}

/** The row that a reference means, if it is still there to be worked on. */
export function rowOf(
  annotations: Annotations,
  ref: ObjectRef | null,
): MaskRow | ProposalRow | null {
  if (ref === null) return null;
  if (ref.kind === "mask") {
    const row = annotations.masks.get(ref.id);
    return row !== undefined && isLive(row) ? row : null;
  }
  const row = annotations.proposals.get(ref.id);
  return row !== undefined && isOpen(row) ? row : null;
}
