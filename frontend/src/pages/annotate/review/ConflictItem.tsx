import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconArrowMerge, IconCopyPlus } from "@tabler/icons-react";
import { useMemo } from "react";
import { useSignal } from "@/components/useSignal";
import { type Choice, choicesFor } from "@/editor/conflicts";
import type { LabelId } from "@/editor/operations";
import pageClasses from "../AnnotatePage.module.css";
import type { OpenImage } from "../open-image";
import { sidesOfPair } from "./conflict-sides";
import { choiceWords, decisionWords, differenceWords, labelWords } from "./conflict-words";
import { PicturePair } from "./PicturePair";
import classes from "./Review.module.css";
import type { ConflictRow, Conflicts } from "./useConflicts";

const SIZE = { width: 132, height: 88 };
const EITHER = ["first", "other"] as const; // in the order of the pictures
const TOGETHER = [
  ["both", IconCopyPlus],
  ["merge", IconArrowMerge],
] as const;

interface Props {
  row: ConflictRow;
  number: number; // in the list, from 1
  image: OpenImage;
  conflicts: Conflicts;
  names: ReadonlyMap<LabelId, string>;
  isFocused: boolean;
}

/** One conflict of the list in two pictures: a click shows it, its buttons decide it. */
export function ConflictItem({ row, number, image, conflicts, names, isFocused }: Props) {
  const { pair, decision } = row;
  const { people } = conflicts;
  const isReadOnly = useSignal(image.editor.isReadOnly);
  const sides = useMemo(() => sidesOfPair(pair, people, names), [pair, people, names]);
  const decided = decisionWords(decision, pair, people);
  const difference = differenceWords(pair, people);
  const wordsOf = (choice: Choice): string => choiceWords(choice, pair, people);
  const buttonFor = (choice: Choice) => ({
    "aria-label": `${wordsOf(choice)}: conflict ${number}`,
    "aria-pressed": decision === choice,
    disabled: isReadOnly,
    onClick: () => conflicts.decide(row, choice),
  });
  return (
    <div
      className={classes.conflict}
      data-focused={isFocused || undefined}
      data-decision={decision}
    >
      <PicturePair {...sides} bitmap={image.bitmap} size={SIZE} />
      <div className={classes.either}>
        {EITHER.map((choice) => (
          <Button
            key={choice}
            size="compact-xs"
            variant={decision === choice ? "filled" : "default"}
            {...buttonFor(choice)}
          >
            {wordsOf(choice)}
          </Button>
        ))}
      </div>
      <div className={classes.conflictFoot}>
        <button
          type="button"
          className={`${classes.main} ${classes.cover}`}
          aria-pressed={isFocused}
          aria-label={`Conflict ${number}: ${labelWords(pair, names)}, ${difference}, ${decided || "open"}`}
          onClick={() => conflicts.show(row)}
        >
          <span className={pageClasses.rowName}>{labelWords(pair, names)}</span>
          <span className={pageClasses.rowFacts}>
            {decided === "" ? difference : `${difference} · ${decided}`}
          </span>
        </button>
        <span className={classes.together}>
          {TOGETHER.filter(([choice]) => choicesFor(pair).includes(choice)).map(
            ([choice, Icon]) => (
              <Tooltip key={choice} label={wordsOf(choice)} position="left">
                <ActionIcon
                  size="sm"
                  variant={decision === choice ? "filled" : "default"}
                  {...buttonFor(choice)}
                >
                  <Icon size={14} aria-hidden />
                </ActionIcon>
              </Tooltip>
            ),
          )}
        </span>
      </div>
    </div>
  );
}
