import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import { rowOf } from "@/editor/picking";
import { labelOf } from "@/editor/proposal-labels";
import classes from "./AnnotatePage.module.css";
import { FIND_BY_SLASH } from "./LabelFinder";
import { LabelToolbar } from "./LabelToolbar";
import type { LabelChoice } from "./label-choice";
import { useHasDraft, useIsAmbiguous } from "./useHasDraft";

/** The label of what is selected, and of what is made next. */
export function LabelBar({ editor, labels }: { editor: Editor; labels: readonly LabelChoice[] }) {
  const next = useSignal(editor.label);
  const selection = useSignal(editor.selection);
  const annotations = useSignal(editor.annotations);
  const hasDraft = useHasDraft(editor);
  const hasPicker = useIsAmbiguous(editor);
  const isReadOnly = useSignal(editor.isReadOnly);
  useSignal(editor.relabelled);
  const row = hasDraft ? null : rowOf(annotations, selection);
  const isProposal = selection?.kind === "proposal";
  const current = row === null ? next : isProposal ? labelOf(editor, row) : row.label;

  return (
    <LabelToolbar
      className={classes.labels}
      labels={labels}
      chosen={current}
      next={next}
      disabled={isReadOnly}
      findKeys={FIND_BY_SLASH}
      hasPicker={hasPicker}
      onChoose={(label) => editor.setLabel(label)}
    />
  );
}
