/** Bringing an earlier state of a mask back: as a new revision, so that nothing is lost by it. */

import { settingAttributes } from "@/editor/attributes";
import type { Editor } from "@/editor/editor";
import { type Annotations, isOpen, type LabelId, type MaskRow } from "@/editor/operations";
import type { MaskState } from "@/editor/revisions";
import type { OperationDraft } from "@/editor/store";
import { mayBePartOf } from "@/editor/tree";

/**
 * The operations that make a mask what it was; none where it is like that now.
 *
 * A label or a whole that is gone does not come back with it: there the mask keeps what it has.
 */
export function restoreDrafts(
  annotations: Annotations,
  mask: string,
  state: MaskState,
  labels: ReadonlySet<LabelId>,
): OperationDraft[] {
  const row = annotations.masks.get(mask);
  const { rle, z } = state;
  if (row === undefined || rle === null) return [];
  const label = state.label === null || labels.has(state.label) ? state.label : row.label;
  const parent = mayBePartOf(annotations.masks, mask, state.parent) ? state.parent : row.parent;
  const attributes = settingAttributes(row.attributes, state.attributes);
  if (row.isDeleted) {
    return [
      ...acceptAgain(annotations, row, label),
      { kind: "revise", mask, label, parent, rle, z, ...attributes },
    ];
  }
  const change = {
    ...(label === row.label ? {} : { label }),
    ...(parent === row.parent ? {} : { parent }),
    ...(z === row.z ? {} : { z }),
    ...(rle.counts === row.rle.counts ? {} : { rle }),
    ...attributes,
  };
  return Object.keys(change).length === 0 ? [] : [{ kind: "revise", mask, ...change }];
}

/** Make a mask what it was, as one step of undo. False if it may not be changed; a notice says why. */
export function restoreMask(
  editor: Editor,
  mask: string,
  state: MaskState,
  labels: ReadonlySet<LabelId>,
): boolean {
  if (!editor.mayChange({ kind: "mask", id: mask })) return false;
  if (editor.draft.state.get() !== null) {
    editor.notice.set("Accept or drop the draft first.");
    return false;
  }
  const drafts = restoreDrafts(editor.annotations.get(), mask, state, labels);
  const last = drafts.pop();
  if (last === undefined) return false;
  editor.meter.during("restore", () =>
    editor.commit([...drafts, { ...last, effort: editor.meter.take() }]),
  );
  editor.selection.set({ kind: "mask", id: mask });
  return true;
}

/** A proposal whose acceptance was undone waits again: the mask that was made of it answers it. */
function acceptAgain(
  { proposals }: Annotations,
  { id: mask, proposal: id }: MaskRow,
  label: LabelId | null,
): OperationDraft[] {
  const proposal = id === null ? undefined : proposals.get(id);
  if (proposal === undefined || !isOpen(proposal)) return [];
  return [{ kind: "verdict", proposal: proposal.id, verdict: "accepted", mask, label }];
}
