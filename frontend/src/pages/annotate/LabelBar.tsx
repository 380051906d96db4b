import type { Editor } from "@/editor/editor";
import { rowOf } from "@/editor/picking";
import classes from "./AnnotatePage.module.css";
import { useSignal } from "./useSignal";

export interface LabelChoice {
  readonly id: number;
  readonly name: string;
  readonly color: string;
}

/** The labels with their digits: of the selected mask, or of what is made next. */
export function LabelBar({ editor, labels }: { editor: Editor; labels: readonly LabelChoice[] }) {
  const next = useSignal(editor.label);
  const selection = useSignal(editor.selection);
  const annotations = useSignal(editor.annotations);
  const draft = useSignal(editor.draft.state);
  const isReadOnly = useSignal(editor.isReadOnly);
  const row = draft === null && selection?.kind === "mask" ? rowOf(annotations, selection) : null;
  const current = row === null ? next : row.label;

  const choices = [
    ...labels.map((label, index) => ({ ...label, digit: index < 9 ? String(index + 1) : "" })),
    { id: null, name: "No label", color: "transparent", digit: "0" },
  ];
  return (
    <div className={classes.labels} role="toolbar" aria-label="Label">
      {choices.map(({ id, name, color, digit }) => (
        <button
          key={id ?? "none"}
          type="button"
          className={classes.label}
          aria-pressed={id === current}
          disabled={isReadOnly}
          onClick={() => editor.setLabel(id)}
        >
          <span className={classes.dot} style={{ background: color }} />
          {name}
          <span className={classes.digit}>{digit}</span>
        </button>
      ))}
    </div>
  );
}
