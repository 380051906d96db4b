/** A new mask that lies in a larger one is likely a part of it: that is offered, never done unasked. */

import type { Editor } from "@/editor/editor";
import { masksWithinReach } from "@/editor/hand";
import { type Mask, maskFromRLE } from "@/editor/mask";
import { doBoxesMeet, intersect } from "@/editor/mask-sets";
import type { ObjectRef } from "@/editor/picking";
import type { ChangeSet } from "@/editor/store";
import { placeUnder } from "@/editor/tree";

const INSIDE_SHARE = 0.9; // of the part: outlines seldom agree to the pixel
const SMALLER_SHARE = 0.5; // of the whole: two masks of one object are no part and whole

export interface PartOffer {
  readonly mask: string;
  readonly whole: string;
}

/** The smallest of some masks that a mask is likely a part of. */
export function wholeFor(
  part: Mask,
  others: readonly { readonly id: string; readonly mask: Mask }[],
): string | null {
  const wholes = others
    .filter(({ mask }) => part.area_px <= SMALLER_SHARE * mask.area_px)
    .filter(({ mask }) => doBoxesMeet(mask.box, part.box))
    .filter(({ mask }) => intersect(mask, part).area_px >= INSIDE_SHARE * part.area_px)
    .sort((a, b) => a.mask.area_px - b.mask.area_px);
  return wholes[0]?.id ?? null;
}

/** What to offer after a change: it is about the one mask that the change made, or nothing. */
export function offerAfter(editor: Editor, { changes }: ChangeSet): PartOffer | null {
  const masks = changes.filter((change) => change.kind === "mask");
  const [made, ...others] = masks;
  if (made === undefined || others.length > 0 || made.before !== null) return null;
  const { id, parent, rle } = made.after;
  if (parent !== null) return null;
  const around = masksWithinReach(editor).filter((other) => other.id !== id);
  const whole = wholeFor(maskFromRLE(rle), around);
  return whole === null ? null : { mask: id, whole };
}

/** Whether a selection leaves room for the offer: keys mean what is selected, not another mask. */
export function isStanding(offer: PartOffer | null, selection: ObjectRef | null): boolean {
  return offer !== null && (selection === null || selection.id === offer.mask);
}

/** Make the new mask a part, as one step of undo. */
export function takeOffer(editor: Editor): void {
  const offer = editor.partOffer.get();
  editor.partOffer.set(null);
  if (offer !== null) placeUnder(editor, [offer.mask], offer.whole);
}
