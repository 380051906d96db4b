/** Ways to select several masks at once: one more, all, all alike, a range of the list. */

import type { Editor } from "@/editor/editor";
import { masksWithinReach, selectedMasks } from "@/editor/hand";
import { isSameRef, type ObjectRef } from "@/editor/picking";

/** Add an object to the selection, or take it out again. */
export function selectAlso({ selection, alsoSelected }: Editor, ref: ObjectRef): void {
  const primary = selection.get();
  const also = new Set(alsoSelected.get());
  if (isSameRef(primary, ref)) {
    const [next = null, ...rest] = also;
    selection.set(next === null ? null : { kind: "mask", id: next });
    alsoSelected.set(new Set(rest));
  } else if (primary === null) selection.set(ref);
  else if (ref.kind === "mask") {
    if (!also.delete(ref.id)) also.add(ref.id);
    alsoSelected.set(also);
  }
}

/** Select all masks but the hidden and the locked ones. */
export function selectAll(editor: Editor): void {
  select(
    editor,
    masksWithinReach(editor).map(({ id }) => id),
  );
}

/** Select the masks that have the selected one's label, but the hidden and the locked ones. */
export function selectAlike(editor: Editor): void {
  const [first] = selectedMasks(editor);
  if (first === undefined) return;
  const alike = masksWithinReach(editor).filter(({ row }) => row.label === first.label);
  select(
    editor,
    alike.map(({ id }) => id),
  );
}

/** Select what is listed from the selected mask to another, in place of what else was selected. */
export function selectTo(editor: Editor, listed: readonly string[], id: string): void {
  const from = listed.indexOf(editor.selection.get()?.id ?? id);
  const to = listed.indexOf(id);
  const range = from === -1 ? [id] : listed.slice(Math.min(from, to), Math.max(from, to) + 1);
  select(editor, range);
}

/** The mask that was selected first stays the first, where it is among them. */
function select({ selection, alsoSelected }: Editor, ids: readonly string[]): void {
  const before = selection.get();
  const first = ids.find((id) => id === before?.id) ?? ids[0];
  if (first === undefined) return;
  if (first !== before?.id) selection.set({ kind: "mask", id: first });
  alsoSelected.set(new Set(ids.filter((id) => id !== first)));
}
