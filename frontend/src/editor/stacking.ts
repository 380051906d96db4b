/** Which of the masks that overlap lies above: what has the higher z, of equals the newer. */

import type { Editor } from "@/editor/editor";
import { shareEffort } from "@/editor/effort";
import { selectedMasks } from "@/editor/hand";
import { type Mask, maskFromRLE } from "@/editor/mask";
import { doBoxesMeet, intersect } from "@/editor/mask-sets";
import type { MaskRow } from "@/editor/operations";
import { inDrawingOrder, liveMasks } from "@/editor/picking";
import { ancestorsOf } from "@/editor/tree";

/** A mask's place: it lies above those with a lower z, and those with its z that were made before. */
interface Place {
  readonly id: string;
  readonly mask: Mask;
  readonly z: number;
  readonly made: number; // later masks have more
}

type Reach = "next" | "all";
type Moved = readonly [id: string, z: number];

/** Bring the selected masks, and their parts with them, above the next one that overlaps them. */
export function bringForward(editor: Editor): void {
  editor.meter.during("forward", () => raiseSelected(editor, "next"));
}

export function sendBackward(editor: Editor): void {
  editor.meter.during("backward", () => lowerSelected(editor, "next"));
}

/** Bring the selected masks, and their parts with them, above all that overlap them. */
export function bringToFront(editor: Editor): void {
  editor.meter.during("front", () => raiseSelected(editor, "all"));
}

export function sendToBack(editor: Editor): void {
  editor.meter.during("back", () => lowerSelected(editor, "all"));
}

function raiseSelected(editor: Editor, reach: Reach): void {
  const changed = raise(stackOf(liveMasks(editor.annotations.get())), chosenIds(editor), reach);
  save(editor, changed, "It lies above all that it overlaps.");
}

/** Upside down, lowering is raising. */
function lowerSelected(editor: Editor, reach: Reach): void {
  const stack = stackOf(liveMasks(editor.annotations.get()))
    .map((place) => ({ ...place, z: -place.z, made: -place.made }))
    .reverse();
  const changed = raise(stack, chosenIds(editor), reach);
  const lowered = changed.map(([id, z]) => [id, 0 - z] as const);
  save(editor, lowered, "It lies below all that it overlaps.");
}

/** What is selected, with its parts. */
function chosenIds(editor: Editor): ReadonlySet<string> {
  const { masks } = editor.annotations.get();
  const selected = new Set(selectedMasks(editor).map(({ id }) => id));
  const isChosen = (id: string): boolean =>
    selected.has(id) || ancestorsOf(id, masks).some((whole) => selected.has(whole));
  return new Set([...masks.keys()].filter(isChosen));
}

/** All places, the lowest first. */
function stackOf(masks: readonly MaskRow[]): Place[] {
  const nth = new Map(masks.map(({ id }, made) => [id, made]));
  return inDrawingOrder(masks).map(({ id, rle, z }) => ({
    ...{ id, z, made: nth.get(id) ?? 0 },
    mask: maskFromRLE(rle),
  }));
}

/** The new z of masks when the chosen ones pass the next that overlaps them, or all of these. */
function raise(stack: readonly Place[], chosen: ReadonlySet<string>, reach: Reach): Moved[] {
  const order = [...stack];
  stack.forEach((place, at) => {
    if (!chosen.has(place.id)) return;
    const beside = (other: Place): boolean => doOverlap(other.mask, place.mask);
    const above = stack.slice(at + 1).filter(({ id }) => !chosen.has(id));
    const passed = above.filter(beside);
    const goal = reach === "all" ? passed.at(-1) : passed[0];
    // Among themselves the chosen ones stay as they are.
    const under = stack.slice(0, at).filter((other) => chosen.has(other.id) && beside(other));
    const last = Math.max(...[...under, goal ?? place].map((other) => order.indexOf(other)));
    const from = order.indexOf(place);
    if (last > from) order.splice(last, 0, ...order.splice(from, 1));
  });
  return zFor(order, chosen);
}

/** The z that an order needs: only masks that overlap matter, and few of the others must move. */
function zFor(order: readonly Place[], chosen: ReadonlySet<string>): Moved[] {
  const moved = new Map<string, number>();
  order.forEach(({ id, mask, z, made }, at) => {
    const needed = order
      .slice(0, at)
      .filter((each) => chosen.has(id) || moved.has(each.id))
      .map((each) => ({ ...each, z: moved.get(each.id) ?? each.z }))
      .filter((each) => each.z > z || (each.z === z && each.made > made))
      .filter((each) => doOverlap(each.mask, mask))
      .map((each) => (each.made > made ? each.z + 1 : each.z));
    if (needed.length > 0) moved.set(id, Math.max(...needed));
  });
  return [...moved];
}

function doOverlap(a: Mask, b: Mask): boolean {
  return doBoxesMeet(a.box, b.box) && intersect(a, b).area_px > 0;
}

function save(editor: Editor, moved: readonly Moved[], whyNone: string): void {
  if (editor.isFrozen || selectedMasks(editor).length === 0) return;
  if (moved.length === 0) editor.notice.set(whyNone);
  if (moved.length === 0 || !moved.every(([id]) => editor.mayChange({ kind: "mask", id }))) return;
  const efforts = shareEffort(editor.meter.take(), moved.length);
  editor.commit(moved.map(([mask, z], at) => ({ kind: "revise", mask, z, effort: efforts[at] })));
}
