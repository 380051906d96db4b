import type { LabelId } from "@/editor/operations";
import classes from "./AnnotatePage.module.css";

export interface LabelChoice {
  readonly id: number;
  readonly name: string;
  readonly color: string;
}

/** The keys of the first labels. */
export const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

interface Props {
  labels: readonly LabelChoice[];
  chosen: LabelId | null;
  onChoose: (label: LabelId | null) => void;
  disabled?: boolean;
  className?: string;
}

/** The labels with their digits; the pressed one is what a mask gets. */
export function LabelToolbar({ labels, chosen, onChoose, disabled, className }: Props) {
  const choices = [
    ...labels.map((label, index) => ({ ...label, digit: DIGITS[index] ?? "" })),
    { id: null, name: "No label", color: "transparent", digit: "0" },
  ];
  return (
    <div className={className} role="toolbar" aria-label="Label">
      {choices.map(({ id, name, color, digit }) => (
        <button
          key={id ?? "none"}
          type="button"
          className={classes.label}
          aria-pressed={id === chosen}
          disabled={disabled}
          onClick={() => onChoose(id)}
        >
          <span className={classes.dot} style={{ background: color }} />
          {name}
          <span className={classes.digit}>{digit}</span>
        </button>
      ))}
    </div>
  );
}
