/** What a proposal becomes: what the person calls it, else the model, else the next label. */

import type { Editor } from "@/editor/editor";
import type { LabelId, ProposalRow } from "@/editor/operations";

type Named = Pick<ProposalRow, "id" | "label">;

/** The label that a person or the model has for this proposal; null where neither is sure. */
export function ownLabelOf({ relabelled }: Editor, { id, label }: Named): LabelId | null {
  const given = relabelled.get().get(id);
  return given === undefined ? label : given;
}

/** The label that accepting a proposal gives. */
export function labelOf(editor: Editor, row: Named): LabelId | null {
  return ownLabelOf(editor, row) ?? editor.label.get();
}

/** Call the selected proposal something else, before it is accepted. */
export function relabelSelected({ selection, relabelled }: Editor, label: LabelId | null): void {
  const ref = selection.get();
  if (ref?.kind === "proposal") relabelled.set(new Map(relabelled.get()).set(ref.id, label));
}
