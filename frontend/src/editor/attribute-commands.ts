/** Setting attributes of masks: one step of undo, like any other gesture. */

import { type AttributeValue, changesOfAttributes, withChanges } from "@/editor/attributes";
import type { Editor } from "@/editor/editor";
import { shareEffort } from "@/editor/effort";
import { selectedMasks } from "@/editor/hand";
import type { MaskRow } from "@/editor/operations";

/** The selected masks that have the label of the first, which comes first. */
export function masksOfOneLabel(editor: Editor): MaskRow[] {
  const [first, ...others] = selectedMasks(editor);
  if (first === undefined) return [];
  return [first, ...others.filter(({ label }) => label === first.label)];
}

/** Give an attribute a value in masks; null takes it away. False if they may not be changed. */
export function setAttribute(
  editor: Editor,
  masks: readonly string[],
  attribute: string,
  value: AttributeValue | null,
): boolean {
  const rows = masks.flatMap((id) => editor.annotations.get().masks.get(id) ?? []);
  const changed = rows.flatMap((row) => {
    const after = withChanges(row.attributes, { [attribute]: value });
    const attributes = changesOfAttributes(row.attributes, after);
    return attributes === null || row.isDeleted ? [] : [{ mask: row.id, attributes }];
  });
  if (changed.length === 0) return true;
  if (!changed.every(({ mask }) => editor.mayChange({ kind: "mask", id: mask }))) return false;
  editor.meter.during("attribute", () => {
    const efforts = shareEffort(editor.meter.take(), changed.length);
    editor.commit(changed.map((each, at) => ({ kind: "revise", ...each, effort: efforts[at] })));
  });
  return true;
}
