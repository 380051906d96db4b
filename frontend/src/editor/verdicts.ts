/** What a person says about proposals: one, the next, or all that the model is sure of. */

import type { Editor } from "@/editor/editor";
import { shareEffort } from "@/editor/effort";
import { type Mask, maskFromRLE } from "@/editor/mask";
import { mostAlike } from "@/editor/mask-sets";
import { inTurn, NEARLY_SAME } from "@/editor/near-duplicates";
import type { Annotations, ProposalRow } from "@/editor/operations";
import { type ObjectRef, pendingProposals, rowOf } from "@/editor/picking";
import { labelOf } from "@/editor/proposal-labels";

// Two people agree at 0.85 to 0.91 about one object (arXiv:2304.02643, section 5); a model may
// be further off.
const SAME_OBJECT_IOU = 0.7;

/** The proposals that wait, in the order that one looks at them. */
function proposalsInTurn({ annotations, nearDuplicates }: Editor): ProposalRow[] {
  return inTurn(pendingProposals(annotations.get()), nearDuplicates.found.get());
}

/** Step through the proposals, the surest first. */
export function selectProposal(editor: Editor, step: 1 | -1): void {
  const rows = proposalsInTurn(editor);
  const now = rows.findIndex(({ id }) => id === editor.selection.get()?.id);
  const next = rows.at(now === -1 && step === -1 ? -1 : (now + step) % Math.max(rows.length, 1));
  if (next !== undefined) editor.selection.set({ kind: "proposal", id: next.id });
}

/** Accept the selected proposal, or the one under the pointer; say so where it adds little. */
export function acceptProposal(editor: Editor): void {
  const ref = proposalInMind(editor);
  const row = rowOf(editor.annotations.get(), ref);
  if (ref === null || row === null) return;
  const next = nextAfter(editor, ref.id);
  const isDouble = editor.nearDuplicates.maskLike(row) !== null;
  const label = labelOf(editor, row);
  const verdict = { proposal: ref.id, verdict: "accepted", mask: crypto.randomUUID() } as const;
  editor.meter.during("accept", () =>
    editor.commit([{ kind: "verdict", ...verdict, label, effort: editor.meter.take() }]),
  );
  editor.notice.set(isDouble ? NEARLY_SAME : null);
  editor.selection.set(next);
}

/** Reject the selected proposal, or the one under the pointer. */
export function rejectProposal(editor: Editor): void {
  const ref = proposalInMind(editor);
  if (ref === null) return;
  const next = nextAfter(editor, ref.id);
  const verdict = { proposal: ref.id, verdict: "rejected" } as const;
  editor.meter.during("reject", () =>
    editor.commit([{ kind: "verdict", ...verdict, effort: editor.meter.take() }]),
  );
  editor.notice.set(null);
  editor.selection.set(next);
}

/** Accept many proposals as one step of undo. */
export function acceptAll(editor: Editor, rows: readonly ProposalRow[]): void {
  if (rows.length === 0) return;
  editor.meter.during("accept", () => {
    const efforts = shareEffort(editor.meter.take(), rows.length);
    editor.commit(
      rows.map((row, index) => ({
        kind: "verdict",
        proposal: row.id,
        verdict: "accepted",
        mask: crypto.randomUUID(),
        label: labelOf(editor, row),
        is_unseen: true,
        effort: efforts[index],
      })),
    );
  });
}

/** The selected proposal, or the one under the pointer. */
export function proposalInMind(editor: Editor): ObjectRef | null {
  for (const ref of [editor.selection.get(), editor.hover.get()]) {
    if (ref?.kind === "proposal" && rowOf(editor.annotations.get(), ref) !== null) return ref;
  }
  return null;
}

/**
 * The proposal that shows the same object as a mask that was drawn beside it: who draws the object
 * has decided about the proposal, too.
 */
export function proposalLike(annotations: Annotations, drawn: Mask): ProposalRow | null {
  const pending = pendingProposals(annotations);
  const shapes = pending.map((row) => ({ row, mask: maskFromRLE(row.rle) }));
  return mostAlike(shapes, drawn, SAME_OBJECT_IOU)?.row ?? null;
}

/** The proposal to look at once this one is decided, if the person goes through them in turn. */
function nextAfter(editor: Editor, id: string): ObjectRef | null {
  if (editor.selection.get()?.id !== id) return editor.selection.get();
  const rows = proposalsInTurn(editor);
  const at = rows.findIndex((row) => row.id === id);
  const next = rows[at + 1] ?? rows[at - 1];
  return next === undefined ? null : { kind: "proposal", id: next.id };
}
