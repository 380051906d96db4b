import { type HTMLAttributes, type ReactNode, useCallback } from "react";
import type { Editor } from "@/editor/editor";
import { maskFromRLE } from "@/editor/mask";
import type { ObjectRef } from "@/editor/picking";
import type { RLE } from "@/editor/rle";
import { selectAlso } from "@/editor/several";
import classes from "./AnnotatePage.module.css";
import { Thumb } from "./Thumb";
import { thumbAddress } from "./thumbs";

const INDENT_PX = 14;
const DEEPEST = 4; // further in there is no room left for the name

interface RowProps {
  editor: Editor;
  bitmap: ImageBitmap;
  target: ObjectRef;
  rle: RLE;
  colour: string;
  name: string;
  /** The colour of its label, where the row's own colour is another. */
  dot?: string;
  facts: string;
  /** What the pointer finds on it. */
  tip?: string;
  /** What one should see first of it, in words. */
  mark?: string;
  /** How many wholes stand above it in the list. */
  depth?: number;
  /** What makes it one that can be dragged. */
  drag?: HTMLAttributes<HTMLElement>;
  /** Whether what is dragged would become a part of it. */
  isLanding?: boolean;
  isSelected: boolean;
  isHovered: boolean;
  onReveal: () => void;
  /** Shift-click, where a range of the list can be selected. */
  onSelectTo?: () => void;
  children: ReactNode;
}

/** One object of a list: its picture, its name, its numbers, what can be done with it. */
export function ObjectRow(props: RowProps) {
  const { editor, target, bitmap, rle, colour, isSelected, isHovered, depth = 0 } = props;
  const { mark = "" } = props;
  const draw = useCallback(
    () => thumbAddress(bitmap, [{ mask: maskFromRLE(rle), colour }], { width_px: 32 }),
    [bitmap, rle, colour],
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only points the object out
    <div
      role="presentation"
      className={classes.row}
      data-selected={isSelected || undefined}
      data-hover={isHovered || undefined}
      data-landing={props.isLanding || undefined}
      style={{ paddingLeft: 12 + INDENT_PX * Math.min(depth, DEEPEST) }}
      onMouseEnter={() => editor.hover.set(target)}
      onMouseLeave={() => editor.hover.set(null)}
      {...props.drag}
    >
      <Thumb draw={draw} className={classes.thumb} />
      <button
        type="button"
        className={classes.rowMain}
        aria-pressed={isSelected}
        title={props.tip || undefined}
        onClick={({ shiftKey, ctrlKey, metaKey }) => {
          if (shiftKey && props.onSelectTo !== undefined) props.onSelectTo();
          else if (shiftKey || ctrlKey || metaKey) selectAlso(editor, target);
          else editor.selection.set(isSelected ? null : target);
        }}
        onDoubleClick={props.onReveal}
      >
        <span className={classes.rowName}>
          {props.dot && <span className={classes.rowDot} style={{ background: props.dot }} />}
          {props.name}
        </span>
        <span className={classes.rowFacts}>
          {mark !== "" && <span className={classes.rowMark}>{mark} · </span>}
          {props.facts}
        </span>
      </button>
      <span className={classes.rowActions}>{props.children}</span>
    </div>
  );
}

interface ActionProps {
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

/** A plain button: with some in each of many rows, richer ones keep the next image waiting. */
export function RowAction({ label, disabled, onClick, children }: ActionProps) {
  return (
    <button
      type="button"
      className={classes.rowAction}
      title={label}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
