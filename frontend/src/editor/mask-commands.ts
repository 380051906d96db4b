/** Commands on whole masks: each works on what is in hand and is one step of undo. */

import { NO_ATTRIBUTES, settingAttributes } from "@/editor/attributes";
import { dropSpecks, fillHoles, pieceAreas, speckSize_px } from "@/editor/components";
import type { Editor } from "@/editor/editor";
import { shareEffort } from "@/editor/effort";
import type { ImagePoint } from "@/editor/geometry";
import { masksWithinReach, selectedMasks } from "@/editor/hand";
import { contains, type Mask, maskFromRLE, maskToRLE } from "@/editor/mask";
import { doBoxesMeet, intersect, isSameMask, shiftMask, subtract, union } from "@/editor/mask-sets";
import { grow, shrink } from "@/editor/morphology";
import type { LabelId, MaskRow } from "@/editor/operations";
import { labelOf } from "@/editor/proposal-labels";
import { splitMask } from "@/editor/split";
import type { OperationDraft } from "@/editor/store";
import { ancestorsOf } from "@/editor/tree";

const COPY_AWAY_PX = 10; // CSS pixels: a copy exactly on top of its mask would not be seen

/** Delete masks, all or none of them. */
export function deleteMasks(editor: Editor, ids: ReadonlySet<string>): void {
  if (![...ids].every((id) => editor.mayChange({ kind: "mask", id }))) return;
  editor.meter.during("delete", () => {
    const efforts = shareEffort(editor.meter.take(), ids.size);
    editor.commit([...ids].map((mask, at) => ({ kind: "delete", mask, effort: efforts[at] })));
  });
}

/** Give a label to the selected masks that have another. */
export function labelSelected(editor: Editor, label: LabelId | null): void {
  const rows = selectedMasks(editor).filter((row) => row.label !== label);
  if (rows.length === 0 || !rows.every(({ id }) => editor.mayChange({ kind: "mask", id }))) return;
  editor.meter.during("label", () => {
    const efforts = shareEffort(editor.meter.take(), rows.length);
    editor.commit(
      rows.map(({ id }, at) => ({ kind: "revise", mask: id, label, effort: efforts[at] })),
    );
  });
}

export function fillAllHoles(editor: Editor): void {
  editor.meter.during("fill-holes", () => editEach(editor, fillHoles));
}

/** Clear the pieces of each mask that are small beside it. */
export function dropAllSpecks(editor: Editor): void {
  editor.meter.during("drop-specks", () =>
    editEach(editor, (mask) => dropSpecks(mask, speckSize_px(mask))),
  );
}

/** Clear the pieces below an area that the person chose. */
export function dropSpecksBelow(editor: Editor, area_px: number): void {
  editor.meter.during("drop-specks", () => editEach(editor, (mask) => dropSpecks(mask, area_px)));
}

/** What `dropAllSpecks` would clear, for the menu to say so. */
export function specksInHand(editor: Editor): { count: number; below_px: number } | null {
  const hand = editor.inHand(null);
  if (hand === null) return null;
  const below_px = speckSize_px(hand.mask);
  const count = pieceAreas(hand.mask).filter((area_px, at) => at > 0 && area_px < below_px).length;
  return { count, below_px };
}

export function growByPixel(editor: Editor): void {
  editor.meter.during("grow", () => editEach(editor, grow));
}

export function shrinkByPixel(editor: Editor): void {
  editor.meter.during("shrink", () => editEach(editor, shrink));
}

/** Make one mask of all that are selected: the first one's, with its label; their parts come along. */
export function mergeSelected(editor: Editor): void {
  editor.meter.during("merge", () => merge(editor));
}

function merge(editor: Editor): void {
  const hand = editor.inHand(null);
  const own = hand?.target.kind === "mask" ? hand.target.id : null;
  const others = selectedMasks(editor).filter(({ id }) => id !== own);
  if (hand === null || others.length === 0) return;
  if (!others.every(({ id }) => editor.mayChange({ kind: "mask", id }))) return;
  const merged = others.reduce((mask, { rle }) => union(mask, maskFromRLE(rle)), hand.mask);
  editor.reshape(
    hand.target,
    () => merged,
    (id) => [
      ...adopt(editor, id, new Set(others.map((row) => row.id))),
      ...others.map((row) => ({ kind: "delete", mask: row.id }) as const),
    ],
  );
}

/** Take from the mask in hand what other masks have, so that they do not overlap. */
export function cutByNeighbours(editor: Editor): void {
  editor.meter.during("cut-by-neighbours", () => cutBy(editor));
}

function cutBy(editor: Editor): void {
  const hand = editor.inHand(null);
  if (hand === null) return;
  const neighbours = neighboursOf(editor, hand.mask, hand.target);
  const left = neighbours.reduce((mask, { rle }) => subtract(mask, maskFromRLE(rle)), hand.mask);
  if (neighbours.length === 0) editor.notice.set("It overlaps no other mask.");
  else if (left.area_px === 0) editor.notice.set("Other masks cover it: nothing would be left.");
  else editor.reshape(hand.target, () => left);
}

/** Take from other masks what the mask in hand has, so that they do not overlap. */
export function cutNeighbours(editor: Editor): void {
  editor.meter.during("cut-neighbours", () => cutAround(editor));
}

function cutAround(editor: Editor): void {
  const hand = editor.inHand(null);
  if (hand === null) return;
  const cut = neighboursOf(editor, hand.mask, hand.target)
    .filter(({ id }) => editor.mayChange({ kind: "mask", id }))
    .map(({ id, rle }) => ({ id, mask: subtract(maskFromRLE(rle), hand.mask) }));
  const kept = cut.filter(({ mask }) => mask.area_px > 0);
  if (kept.length < cut.length)
    editor.notice.set("A mask that it covers wholly was left as it is.");
  else if (cut.length === 0) editor.notice.set("It overlaps no other mask.");
  if (kept.length === 0) return;
  const isDraft = editor.draft.state.get() !== null;
  const revisions = (): OperationDraft[] =>
    kept.map(({ id, mask }) => ({ kind: "revise", mask: id, rle: maskToRLE(mask) }));
  if (isDraft) editor.reshape(hand.target, (mask) => mask, revisions);
  else {
    const efforts = shareEffort(editor.meter.take(), kept.length);
    editor.commit(revisions().map((draft, at) => ({ ...draft, effort: efforts[at] })));
  }
}

/** Copy each selected mask a little aside, and select the copies. */
export function duplicate(editor: Editor): void {
  editor.meter.during("duplicate", () => copyAside(editor));
}

function copyAside(editor: Editor): void {
  if (editor.isFrozen) return;
  if (editor.draft.state.get() !== null) {
    editor.notice.set("Accept or drop the draft first.");
    return;
  }
  const away_px = Math.max(Math.round(COPY_AWAY_PX * editor.pixelsPerScreenPixel), 1);
  const rows = selectedMasks(editor);
  if (rows.length === 0) return;
  const efforts = shareEffort(editor.meter.take(), rows.length);
  const copies = rows.map(({ label, parent, z, rle, attributes }, at) => ({
    ...{ kind: "create" as const, mask: crypto.randomUUID(), label, parent, z },
    ...settingAttributes(NO_ATTRIBUTES, attributes),
    ...{ rle: maskToRLE(aside(maskFromRLE(rle), away_px)), effort: efforts[at] },
  }));
  editor.commit(copies);
  const [first, ...rest] = copies.map(({ mask }) => mask);
  editor.selection.set({ kind: "mask", id: first as string });
  editor.alsoSelected.set(new Set(rest));
}

/** Cut the mask in hand, or the one that the line crosses, in two: the larger part stays that mask. */
export function splitInHand(editor: Editor, line: readonly ImagePoint[]): void {
  const hand = editor.inHand(null) ?? crossedBy(editor, line);
  const halves = hand === null ? null : splitMask(hand.mask, line);
  if (hand === null || halves === null) {
    editor.notice.set("The line must cross a mask from one side to the other.");
    return;
  }
  const { target } = hand;
  const { masks, proposals } = editor.annotations.get();
  const row = target.kind === "mask" ? masks.get(target.id) : null;
  const proposal = target.kind === "proposal" ? proposals.get(target.id) : null;
  const label = row ? row.label : proposal ? labelOf(editor, proposal) : editor.label.get();
  const { parent, z } = row ?? { parent: null, z: 0 };
  const attributes = settingAttributes(NO_ATTRIBUTES, row?.attributes ?? NO_ATTRIBUTES);
  const rle = maskToRLE(halves.smaller);
  const mask = crypto.randomUUID();
  editor.reshape(
    target,
    () => halves.larger,
    () => [{ kind: "create", mask, label, parent, z, rle, ...attributes }],
  );
}

/** Edit every selected mask, or the draft. None vanishes by it: for that there is deletion. */
function editEach(editor: Editor, edit: (mask: Mask) => Mask): void {
  const rows = selectedMasks(editor);
  const hand = editor.inHand(null);
  if (hand === null) return;
  if (rows.length < 2 || editor.draft.state.get() !== null) {
    const mask = edit(hand.mask);
    if (mask.area_px === 0) editor.notice.set("Nothing would be left of it.");
    else editor.reshape(hand.target, () => mask);
    return;
  }
  const edited = rows
    .filter(({ id }) => editor.mayChange({ kind: "mask", id }))
    .map(({ id, rle }) => ({ id, before: maskFromRLE(rle), after: edit(maskFromRLE(rle)) }))
    .filter(({ before, after }) => after.area_px > 0 && !isSameMask(before, after));
  if (edited.length === 0) return;
  const efforts = shareEffort(editor.meter.take(), edited.length);
  editor.commit(
    edited.map(({ id, after }, at) => ({
      ...({ kind: "revise", mask: id } as const),
      ...{ rle: maskToRLE(after), effort: efforts[at] },
    })),
  );
}

/** Give the parts of masks that go away to the mask that takes them in. */
export function adopt(editor: Editor, id: string, gone: ReadonlySet<string>): OperationDraft[] {
  const { masks } = editor.annotations.get();
  const drafts: OperationDraft[] = [];
  const parents = ancestorsOf(id, masks);
  const last = parents.findLastIndex((parent) => gone.has(parent));
  if (last !== -1) drafts.push({ kind: "revise", mask: id, parent: parents[last + 1] ?? null });
  for (const row of masks.values()) {
    const isPart = !row.isDeleted && row.parent !== null && gone.has(row.parent);
    if (isPart && row.id !== id && !gone.has(row.id)) {
      drafts.push({ kind: "revise", mask: row.id, parent: id });
    }
  }
  return drafts;
}

/** The masks that overlap one, its own parts and wholes aside; if several are selected, only they. */
function neighboursOf(
  editor: Editor,
  mask: Mask,
  target: { kind: string; id?: string },
): MaskRow[] {
  const { masks } = editor.annotations.get();
  const own = target.kind === "mask" ? (target.id ?? null) : null;
  const wholes = new Set(own === null ? [] : ancestorsOf(own, masks));
  const chosen = editor.alsoSelected.get();
  return masksWithinReach(editor)
    .filter(({ id }) => id !== own && (chosen.size === 0 || chosen.has(id)))
    .filter(({ id }) => !wholes.has(id) && (own === null || !ancestorsOf(id, masks).includes(own)))
    .filter((other) => doBoxesMeet(other.mask.box, mask.box))
    .filter((other) => intersect(other.mask, mask).area_px > 0)
    .map(({ row }) => row);
}

function crossedBy(editor: Editor, line: readonly ImagePoint[]) {
  const crossed = masksWithinReach(editor)
    .filter(({ mask }) => line.some((at) => contains(mask, at)))
    .sort((a, b) => a.mask.area_px - b.mask.area_px)
    .find(({ mask }) => splitMask(mask, line) !== null);
  if (crossed === undefined) return null;
  return { target: { kind: "mask", id: crossed.id } as const, mask: crossed.mask };
}

/** Moved down and right, or to whichever side nothing of it would leave the image. */
function aside(mask: Mask, away_px: number): Mask {
  const [height, width] = mask.size_hw;
  if (mask.box === null) return mask;
  const { x0, y0, x1, y1 } = mask.box;
  const dx = x1 + away_px <= width ? away_px : -Math.min(away_px, x0);
  const dy = y1 + away_px <= height ? away_px : -Math.min(away_px, y0);
  return shiftMask(mask, dx, dy);
}
