/**
 * Where two people differ who did the same image, and what a reviewer makes of it.
 *
 * Each decision is one step of undo, of ordinary operations. What has been decided is read off the
 * masks themselves: undoing takes the decision back as well.
 */

import type { Editor } from "@/editor/editor";
import { type Mask, maskFromRLE, maskToRLE } from "@/editor/mask";
import { adopt } from "@/editor/mask-commands";
import { isSameMask, union } from "@/editor/mask-sets";
import { type Annotations, isLive, type LabelId, type MaskRow } from "@/editor/operations";
import type { RLE } from "@/editor/rle";
import type { OperationDraft } from "@/editor/store";

/** A mask as its annotator finished it, whatever has become of it since. */
export interface FinishedMask {
  readonly mask: string;
  readonly label: LabelId | null;
  readonly rle: RLE;
}

/** One object in the first person's set and in another's; null: that set lacks it. */
export interface Pair {
  readonly slot: number; // of the other person
  readonly first: FinishedMask | null;
  readonly other: FinishedMask | null;
  readonly iou: number | null;
  readonly same_label: boolean | null;
}

export type Choice = "first" | "other" | "both" | "merge";
/** `agreed` and `open`: nothing was decided, and the first person's set stands. */
export type Decision = "agreed" | "open" | Choice | "changed" | "neither";

const AGREED_IOU = 0.9; // under one label there is nothing to decide: people differ by an edge

/** What may be chosen for a pair. Where one person has the object alone, it is taken or left. */
export function choicesFor({ first, other }: Pair): readonly Choice[] {
  return first === null || other === null
    ? ["first", "other"]
    : ["first", "other", "both", "merge"];
}

/** What has become of a pair. */
export function decisionOf(pair: Pair, { masks }: Annotations): Decision {
  const [mine, theirs] = [live(pair.first, masks), live(pair.other, masks)];
  if (pair.other === null) return mine === null ? "other" : "first";
  const other = masks.get(pair.other.mask);
  if (other?.isAside && !other.isDeleted) return agrees(pair) ? "agreed" : "open";
  if (pair.first === null) return theirs === null ? "first" : "other";
  if (theirs !== null) return mine === null ? "other" : "both";
  if (mine === null) return "neither";
  if (mine.rle.counts === pair.first.rle.counts) return "first";
  return isSameMask(maskFromRLE(mine.rle), bothOf(pair.first, pair.other)) ? "merge" : "changed";
}

function agrees({ iou, same_label }: Pair): boolean {
  return iou !== null && iou >= AGREED_IOU && same_label === true;
}

/** The pairs that nobody has decided yet. */
export function openPairs(pairs: readonly Pair[], annotations: Annotations): Pair[] {
  return pairs.filter((pair) => decisionOf(pair, annotations) === "open");
}

/** Decide pairs in one way, as one step of undo. False if nothing changes; a notice may say why. */
export function decide(editor: Editor, pairs: readonly Pair[], choice: Choice): boolean {
  if (editor.isFrozen) return false;
  const targets = pairs.flatMap(({ first, other }) => [first, other]);
  const isFree = targets.every(
    (each) => each === null || editor.mayChange({ kind: "mask", id: each.mask }),
  );
  if (!isFree) return false;
  const now = editor.annotations.get();
  const left = pairs.filter((pair) => decisionOf(pair, now) !== choice);
  const drafts = left.flatMap((pair) => draftsFor(editor, pair, choice));
  const [main, ...rest] = drafts;
  if (main === undefined) return false;
  editor.meter.during("conflict", () =>
    editor.commit([{ ...main, effort: editor.meter.take() }, ...rest]),
  );
  return true;
}

function draftsFor(editor: Editor, pair: Pair, choice: Choice): OperationDraft[] {
  const { masks } = editor.annotations.get();
  const { first, other } = pair;
  const mine = live(first, masks);
  const takeFirst = first === null ? [] : [...unmerge(editor, pair), ...comeBack(first, masks)];
  const takeOther = other === null ? [] : comeBack(other, masks);
  switch (choice) {
    case "first":
      return [...takeFirst, ...goAway(other, masks)];
    case "both":
      return [...takeFirst, ...takeOther];
    case "other": {
      const parts = mine && other ? adopt(editor, other.mask, new Set([mine.id])) : [];
      return [...takeOther, ...parts, ...goAway(first, masks)];
    }
    case "merge": {
      if (first === null || other === null) return [];
      const rle = maskToRLE(bothOf(mine ?? first, other));
      const label = mine === null ? { label: first.label } : {};
      return [{ kind: "revise", mask: first.mask, rle, ...label }, ...goAway(other, masks)];
    }
  }
}

/** What the merging with the other's mask added to the first person's goes again. */
function unmerge(editor: Editor, pair: Pair): OperationDraft[] {
  if (pair.first === null || decisionOf(pair, editor.annotations.get()) !== "merge") return [];
  return [{ kind: "revise", mask: pair.first.mask, rle: pair.first.rle }];
}

type Masks = Annotations["masks"];

/** Put a mask in the set that counts: as it is, or as it was finished where it is gone. */
function comeBack({ mask, label, rle }: FinishedMask, masks: Masks): OperationDraft[] {
  const row = masks.get(mask);
  if (row !== undefined && isLive(row)) return [];
  const whole = row?.parent == null ? undefined : masks.get(row.parent);
  const isPartOfNothing = row?.parent != null && !(whole !== undefined && isLive(whole));
  return [
    {
      ...{ kind: "revise", mask, aside: false },
      ...(row?.isDeleted === false ? {} : { rle, label }),
      ...(isPartOfNothing ? { parent: null } : {}),
    },
  ];
}

function goAway(finished: FinishedMask | null, masks: Masks): OperationDraft[] {
  const row = finished === null ? undefined : masks.get(finished.mask);
  return row === undefined || row.isDeleted ? [] : [{ kind: "delete", mask: row.id }];
}

/** The mask where it counts now. */
function live(finished: FinishedMask | null, masks: Masks): MaskRow | null {
  const row = finished === null ? undefined : masks.get(finished.mask);
  return row !== undefined && isLive(row) ? row : null;
}

function bothOf(a: { rle: RLE }, b: { rle: RLE }): Mask {
  return union(maskFromRLE(a.rle), maskFromRLE(b.rle));
}

/** The masks of pairs as rows that are gone: the server shows none that were deleted since. */
export function rowsOf(pairs: readonly Pair[]): MaskRow[] {
  const row = (slot: number, each: FinishedMask | null): MaskRow[] =>
    each === null
      ? []
      : [
          {
            ...{ id: each.mask, label: each.label, rle: each.rle, slot, isAside: slot > 0 },
            ...{ attributes: {}, z: 0, caption: "", caption_recording: null },
            ...{ parent: null, proposal: null, author: null, revision: 1, isDeleted: true },
          },
        ];
  return pairs.flatMap(({ slot, first, other }) => [...row(0, first), ...row(slot, other)]);
}
