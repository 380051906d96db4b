import { Button, Code } from "@mantine/core";
import { useCallback } from "react";
import { formatAgo, formatMoment } from "@/components/format";
import type { Box, SizeHW } from "@/editor/geometry";
import { emptyMask, type Mask, maskFromRLE } from "@/editor/mask";
import type { Prompt } from "@/editor/operations";
import type { StateChange } from "@/editor/revisions";
import type { Revision } from "./api";
import classes from "./HistoryPanel.module.css";
import {
  bundlesOf,
  changeLines,
  meansOf,
  type Names,
  originOf,
  type Way,
  whoMade,
} from "./revision-words";
import { Thumb } from "./Thumb";
import { thumbAddress } from "./thumbs";

const SIDE_PX = 56;

interface Props {
  revision: Revision;
  changes: readonly StateChange[];
  names: Names;
  bitmap: ImageBitmap;
  size_hw: SizeHW;
  colour: string;
  around: Box | null;
  way: Way;
  isHindered: boolean;
  /** The person points at it, or at its button, and away. */
  onLook: (mask: Mask) => void;
  onLeave: () => void;
  onRestore: () => void;
}

export function RevisionRow({ revision, changes, names, way, isHindered, ...props }: Props) {
  const { number, created_at } = revision;
  const means = meansOf(revision);
  const origin = originOf(revision);
  const mask = maskOf(revision, props.size_hw);
  const look = (): void => props.onLook(mask);
  return (
    <li
      className={classes.row}
      data-here={way === "here" || undefined}
      onMouseEnter={look}
      onMouseLeave={props.onLeave}
      onFocus={look}
      onBlur={props.onLeave}
    >
      <Picture mask={mask} {...{ number, prompts: revision.prompts }} {...props} />
      <div className={classes.facts}>
        <div className={classes.who}>
          <b>{whoMade(revision)}</b>{" "}
          <time dateTime={created_at} title={formatMoment(created_at)}>
            {formatAgo(created_at)}
          </time>
        </div>
        {changeLines(revision, changes, names).map((line) => (
          <div key={line}>{line}</div>
        ))}
        {origin && <div className={classes.quiet}>{origin}</div>}
        {bundlesOf(revision).map(({ part, bundle }) => (
          <div key={part} className={classes.quiet}>
            {part} <Code className={classes.bundle}>{bundle.slice(0, 8)}</Code>
          </div>
        ))}
        <div className={classes.foot}>
          <span>{means}</span>
          {way === "here" && <span className={classes.here}>As it is now</span>}
          {way === "same" && <span>Same as now</span>}
          {way === "back" && (
            <Button
              size="compact-xs"
              variant="light"
              aria-label={`Restore this: revision ${number}`}
              // Not `disabled`: a focused button that is would swallow the keys that follow.
              data-disabled={isHindered || undefined}
              aria-disabled={isHindered || undefined}
              onClick={() => !isHindered && props.onRestore()}
            >
              Restore this
            </Button>
          )}
        </div>
      </div>
    </li>
  );
}

interface PictureProps extends Pick<Props, "bitmap" | "colour" | "around"> {
  mask: Mask;
  prompts: readonly Prompt[];
  number: number;
}

function Picture({ mask, prompts, number, bitmap, colour, around }: PictureProps) {
  const draw = useCallback(
    () => thumbAddress(bitmap, [{ mask, colour }], { width_px: SIDE_PX, around, prompts }),
    [bitmap, mask, colour, around, prompts],
  );
  const what = mask.area_px === 0 ? "without the mask" : "with the mask as it was then";
  return (
    <Thumb
      draw={draw}
      className={classes.picture}
      label={`The image at revision ${number}, ${what}`}
    />
  );
}

function maskOf({ rle }: Revision, size_hw: SizeHW): Mask {
  return rle === null ? emptyMask(size_hw) : maskFromRLE(rle);
}
