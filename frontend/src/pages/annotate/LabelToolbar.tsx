import { VisuallyHidden } from "@mantine/core";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Command } from "@/commands/command";
import type { LabelId } from "@/editor/operations";
import { findLabels } from "./find-labels";
import { LabelFinder } from "./LabelFinder";
import classes from "./LabelToolbar.module.css";
import { DIGITS, type LabelChoice } from "./label-choice";

const HYPOTHESES = 3; // each has a digit while there are some

interface Props {
  labels: readonly LabelChoice[];
  chosen: LabelId | null;
  /** What new masks get, where that may be another one. */
  next?: LabelId | null;
  /** Whether hypotheses are picked by the first digits now: with Shift these still give labels. */
  hasPicker?: boolean;
  /** Which keys begin to find a label by its letters; a value that stays the same. */
  findKeys: Pick<Command, "key" | "also">;
  onChoose: (label: LabelId | null) => void;
  disabled?: boolean;
  className?: string;
}

/** The labels with their digits; the pressed one is what a mask gets. */
export function LabelToolbar({ labels, chosen, disabled = false, className, ...props }: Props) {
  const { findKeys, onChoose, next = chosen, hasPicker = false } = props;
  const choices = [
    ...labels.map((label, index) => ({
      ...{ ...label, digit: DIGITS[index] ?? "" },
      needsShift: hasPicker && index < HYPOTHESES,
    })),
    { id: null, name: "No label", color: "transparent", digit: "0", needsShift: false },
  ];
  const [query, setQuery] = useState<string | null>(null);
  const [step, setStep] = useState(0); // down from the best
  const found = findLabels(choices, query ?? "");
  const best = found[((step % found.length) + found.length) % found.length] ?? null;
  const isLooking = query !== null && query.trim() !== "";
  const onQuery = useCallback((letters: string | null) => {
    setQuery(letters);
    setStep(0);
  }, []);
  const shown = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one is marked
  useEffect(() => {
    shown.current?.scrollIntoView({ block: "nearest", inline: "nearest" }); // a promise, by now
  }, [best?.id]);

  return (
    <div className={className} role="toolbar" aria-label="Label">
      <LabelFinder
        keys={findKeys}
        {...{ disabled, query, onQuery }}
        found={best?.name ?? null}
        onStep={(by) => setStep(step + by)}
        onChoose={() => best !== null && onChoose(best.id)}
      />
      {choices.map((choice) => {
        const { id, name, color, digit, needsShift } = choice;
        const isBest = choice === best;
        return (
          <button
            key={id ?? "none"}
            ref={isBest ? shown : undefined}
            type="button"
            className={classes.label}
            aria-pressed={id === chosen}
            data-found={isLooking ? (isBest ? "best" : found.includes(choice)) : undefined}
            disabled={disabled}
            onClick={() => onChoose(id)}
          >
            <span className={classes.dot} style={{ background: color }} />
            {name}
            {id === next && id !== chosen && <span className={classes.aside}>new masks</span>}
            <span className={classes.digit}>
              {needsShift && <Shift />}
              {digit}
            </span>
          </button>
        );
      })}
      {chosen === null && labels.length > 0 && !disabled && (
        <span className={classes.spare}>
          <span className={classes.aside}>
            Choose a label with {hasPicker && "Shift "}
            {digitsOf(labels.length)}
          </span>
        </span>
      )}
    </div>
  );
}

/** It stands in the gap before the digit, so that nothing moves as it comes and goes. */
function Shift() {
  return (
    <>
      <span className={classes.shift} aria-hidden>
        ⇧
      </span>
      <VisuallyHidden>Shift </VisuallyHidden>
    </>
  );
}

function digitsOf(count: number): string {
  const last = DIGITS[Math.min(count, DIGITS.length) - 1];
  return count === 1 ? "1" : `1–${last}`;
}
