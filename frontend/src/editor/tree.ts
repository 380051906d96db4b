/** The tree of masks: parts under their wholes. */

import type { Editor } from "@/editor/editor";
import { shareEffort } from "@/editor/effort";
import { isLive, type MaskRow } from "@/editor/operations";

type Masks = ReadonlyMap<string, MaskRow>;

/** The wholes that a mask is a part of, the nearest first. */
export function ancestorsOf(id: string, masks: Masks): string[] {
  const found: string[] = [];
  let parent = masks.get(id)?.parent ?? null;
  while (parent !== null && !found.includes(parent)) {
    found.push(parent);
    parent = masks.get(parent)?.parent ?? null;
  }
  return found;
}

/** Whether a mask can be under a whole: it is there, and no part of the mask. Under none it can. */
export function mayBePartOf(masks: Masks, id: string, whole: string | null): boolean {
  if (whole === null) return true;
  const row = masks.get(whole);
  return row !== undefined && isLive(row) && ![whole, ...ancestorsOf(whole, masks)].includes(id);
}

/** The masks that would have another place under a whole; parts of one that moves stay with it. */
export function movedUnder(
  masks: Masks,
  ids: readonly string[],
  whole: string | null,
): readonly string[] {
  const moved = ids.filter((id) => {
    const row = masks.get(id);
    return row !== undefined && isLive(row) && row.parent !== whole;
  });
  return moved.filter((id) => !ancestorsOf(id, masks).some((above) => moved.includes(above)));
}

/** Make masks parts of a whole, or of nothing (null), all or none of them, as one step of undo. */
export function placeUnder(editor: Editor, ids: readonly string[], whole: string | null): void {
  const { masks } = editor.annotations.get();
  const moved = movedUnder(masks, ids, whole);
  if (moved.length === 0 || !moved.every((id) => mayBePartOf(masks, id, whole))) return;
  if (!moved.every((id) => editor.mayChange({ kind: "mask", id }))) return;
  editor.meter.during(whole === null ? "no-part" : "part", () => {
    const efforts = shareEffort(editor.meter.take(), moved.length);
    editor.commit(
      moved.map((mask, at) => ({ kind: "revise", mask, parent: whole, effort: efforts[at] })),
    );
  });
}
