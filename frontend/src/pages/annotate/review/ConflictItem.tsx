import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowMerge, IconCopyPlus } from "@tabler/icons-react";
import { type ReactNode, useCallback } from "react";
import { useSignal } from "@/components/useSignal";
import { type Choice, choicesFor, type Pair } from "@/editor/conflicts";
import { maskFromRLE } from "@/editor/mask";
import type { LabelId } from "@/editor/operations";
import { SET_COLOURS } from "@/editor/render/colours";
import pageClasses from "../AnnotatePage.module.css";
import type { OpenImage } from "../open-image";
import { Thumb } from "../Thumb";
import { thumbAddress } from "../thumbs";
import { choiceWords, decisionWords, differenceWords, LETTERS, labelWords } from "./conflict-words";
import classes from "./Review.module.css";
import type { ConflictRow, Conflicts } from "./useConflicts";

interface Props {
  row: ConflictRow;
  number: number; // in the list, from 1
  image: OpenImage;
  conflicts: Conflicts;
  names: ReadonlyMap<LabelId, string>;
  isFocused: boolean;
}

const PICTURES: Record<Choice, ReactNode> = {
  first: LETTERS[0],
  other: LETTERS[1],
  both: <IconCopyPlus size={14} aria-hidden />,
  merge: <IconArrowMerge size={14} aria-hidden />,
};

/** One conflict of the list: a click shows it, its buttons decide it. */
export function ConflictItem({ row, number, image, conflicts, names, isFocused }: Props) {
  const { pair, decision } = row;
  const { people } = conflicts;
  const isReadOnly = useSignal(image.editor.isReadOnly);
  const decided = decisionWords(decision, pair, people);
  const difference = differenceWords(pair, people);
  return (
    <div
      className={classes.conflict}
      data-focused={isFocused || undefined}
      data-decision={decision}
    >
      <PairThumb bitmap={image.bitmap} pair={pair} />
      <button
        type="button"
        className={classes.main}
        aria-pressed={isFocused}
        aria-label={`Conflict ${number}: ${labelWords(pair, names)}, ${difference}, ${decided || "open"}`}
        onClick={() => conflicts.show(row)}
      >
        <span className={pageClasses.rowName}>{labelWords(pair, names)}</span>
        <span className={pageClasses.rowFacts}>
          {decided === "" ? difference : `${difference} · ${decided}`}
        </span>
      </button>
      <span className={classes.choices}>
        {choicesFor(pair).map((choice) => {
          const label = choiceWords(choice, pair, people);
          const isChosen = decision === choice;
          return (
            <Tooltip key={choice} label={label} position="left">
              <ActionIcon
                size="sm"
                variant={isChosen ? "filled" : "subtle"}
                className={classes.choice}
                aria-label={`${label}: conflict ${number}`}
                aria-pressed={isChosen}
                disabled={isReadOnly}
                onClick={() => conflicts.decide(row, choice)}
              >
                {PICTURES[choice]}
              </ActionIcon>
            </Tooltip>
          );
        })}
      </span>
    </div>
  );
}

function PairThumb({ bitmap, pair }: { bitmap: ImageBitmap; pair: Pair }) {
  const draw = useCallback(() => {
    const masks = [pair.first, pair.other].flatMap((each, at) =>
      each === null ? [] : [{ mask: maskFromRLE(each.rle), colour: SET_COLOURS[at] as string }],
    );
    return thumbAddress(bitmap, masks, { width_px: 36 });
  }, [bitmap, pair]);
  return <Thumb draw={draw} className={classes.pairThumb} />;
}
