/** What is in hand: the mask that the next gesture or command works on. */

import { holeAt } from "@/editor/components";
import type { Target } from "@/editor/draft";
import type { Editor } from "@/editor/editor";
import type { ImagePoint } from "@/editor/geometry";
import { contains, type Mask, maskFromRLE } from "@/editor/mask";
import { doBoxesMeet, intersect, union } from "@/editor/mask-sets";
import { isLive, type MaskRow } from "@/editor/operations";
import { liveMasks, type ObjectRef, objectAt, rowOf } from "@/editor/picking";

export interface Hand {
  readonly target: Target;
  readonly mask: Mask;
}

/** The draft, the selection, else what lies under the point, if one is given. */
export function inHand(editor: Editor, at: ImagePoint | null): Hand | null {
  const target = selectedTarget(editor) ?? objectUnder(editor, at);
  const mask = target === null ? null : editor.maskOf(target);
  return target === null || mask === null ? null : { target, mask };
}

/** The draft's target or the selection; null when there is neither. */
export function selectedTarget(editor: Editor): Target | null {
  const draft = editor.draft.state.get();
  if (draft !== null) return draft.target;
  const selected = editor.selection.get();
  return rowOf(editor.annotations.get(), selected) === null ? null : selected;
}

function objectUnder(editor: Editor, at: ImagePoint | null): ObjectRef | null {
  return at === null ? null : objectAt(editor.annotations.get(), at, editor.isWithinReach);
}

/** What a stroke changes: what is selected, or (erasing) what it begins on. */
export function strokeTarget(editor: Editor, value: 0 | 1, from: ImagePoint | undefined): Target {
  const under = value === 0 && from !== undefined ? from : null;
  return selectedTarget(editor) ?? objectUnder(editor, under) ?? { kind: "new" };
}

/** What an area changes: what is selected, or (taking away) the object that has most of it. */
export function areaTarget(editor: Editor, value: 0 | 1, area: Mask): Target {
  const selected = selectedTarget(editor);
  if (selected !== null || value === 1) return selected ?? { kind: "new" };
  let [most_px, found]: [number, Target] = [0, { kind: "new" }];
  for (const { id, mask } of masksWithinReach(editor)) {
    if (!doBoxesMeet(mask.box, area.box)) continue;
    const shared_px = intersect(mask, area).area_px;
    if (shared_px > most_px) [most_px, found] = [shared_px, { kind: "mask", id }];
  }
  return found;
}

/** The hole under a point, and whose it is: of what is selected, else of the smallest mask there. */
export function holeInHand(editor: Editor, at: ImagePoint): { target: Target; hole: Mask } | null {
  const hand = inHand(editor, null);
  const own = hand === null ? null : holeAt(hand.mask, at);
  if (hand !== null && own !== null) return { target: hand.target, hole: own };
  const around = masksWithinReach(editor)
    .filter(({ mask }) => !contains(mask, at))
    .sort((a, b) => a.mask.area_px - b.mask.area_px);
  for (const { id, mask } of around) {
    const hole = holeAt(mask, at);
    if (hole !== null) return { target: { kind: "mask", id }, hole };
  }
  return hand === null ? gapAt(editor, at) : null;
}

/** The gap that several masks enclose together: it is nobody's, so it becomes a mask of its own. */
function gapAt(editor: Editor, at: ImagePoint): { target: Target; hole: Mask } | null {
  const masks = masksWithinReach(editor).map(({ mask }) => mask);
  if (masks.length < 2 || masks.some((mask) => contains(mask, at))) return null;
  const hole = holeAt(masks.reduce(union), at);
  return hole === null ? null : { target: { kind: "new" }, hole };
}

/** The selected masks, the one that was selected first in front. */
export function selectedMasks(editor: Editor): MaskRow[] {
  const { masks } = editor.annotations.get();
  const primary = editor.selection.get();
  const ids = [...(primary?.kind === "mask" ? [primary.id] : []), ...editor.alsoSelected.get()];
  return ids.flatMap((id) => {
    const row = masks.get(id);
    return row !== undefined && isLive(row) ? [row] : [];
  });
}

/** The masks that a gesture may change: what is hidden or locked is out of reach. */
export function masksWithinReach(editor: Editor): { id: string; row: MaskRow; mask: Mask }[] {
  return liveMasks(editor.annotations.get())
    .filter(({ id }) => editor.isWithinReach({ kind: "mask", id }))
    .map((row) => ({ id: row.id, row, mask: maskFromRLE(row.rle) }));
}
