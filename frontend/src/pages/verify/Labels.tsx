import type { LabelId } from "@/editor/operations";
import annotate from "@/pages/annotate/AnnotatePage.module.css";
import type { LabelChoice } from "@/pages/annotate/LabelBar";
import classes from "./VerifyPage.module.css";

interface Props {
  labels: readonly LabelChoice[];
  chosen: LabelId | null;
  onChoose: (label: LabelId | null) => void;
}

/** The labels with their digits; the pressed one is what accepting gives. */
export function Labels({ labels, chosen, onChoose }: Props) {
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
          className={annotate.label}
          aria-pressed={id === chosen}
          onClick={() => onChoose(id)}
        >
          <span className={annotate.dot} style={{ background: color }} />
          {name}
          <span className={annotate.digit}>{digit}</span>
        </button>
      ))}
    </div>
  );
}
