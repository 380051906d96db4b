/** What a tool is: gestures in image pixels in, calls on the desk out. No DOM. */

import type { Target } from "@/editor/draft";
import type { Box, ImagePoint, SizeHW } from "@/editor/geometry";
import type { Mask } from "@/editor/mask";
import type { Prompt } from "@/editor/operations";
import type { Ring } from "@/editor/outline";
import type { Stroke } from "@/editor/stroke";

export const TOOL_NAMES = [
  "select",
  "move",
  "point",
  "box",
  "scribble",
  "brush",
  "eraser",
  "polygon",
  "lasso",
  "outline",
  "fill",
  "split",
  "comment",
] as const;

export type ToolName = (typeof TOOL_NAMES)[number];

export interface ToolPointer {
  readonly at: ImagePoint;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly isSecondary: boolean; // the right button, or a pen's eraser end
  readonly pressure: number; // of a pen, from 0 to 1; 1 for a mouse or a finger
  readonly time_ms: number; // of the event, on performance.now()'s clock
}

export interface Tool {
  readonly name: ToolName;
  /** Whether a gesture is under way, so that Escape means it and nothing else. */
  readonly isBusy: boolean;
  onPointerDown(pointer: ToolPointer): void;
  onPointerMove(pointer: ToolPointer): void;
  onPointerUp(pointer: ToolPointer): void;
  /** The pointer moves over the image with no button down. */
  onHover?(at: ImagePoint): void;
  /** Forget the gesture that is under way. */
  onCancel(): void;
  /** Forget the press that is under way and keep the clicks before it; without it: `onCancel`. */
  dropPress?(): void;
  /** Enter: end a gesture of several clicks. False when there is none. */
  finish?(): boolean;
  /** An arrow key, in image pixels. False when nothing is in hand: then it moves the pointer. */
  nudge?(dx: number, dy: number): boolean;
  /** The arrow keys were let go: what they did is one gesture. */
  settle?(): void;
  /** What is in hand changed: the tool was taken, or the selection or its mask is another. */
  onHandChange?(): void;
  /** Backspace or undo: take back the last part of a gesture. False when none is under way. */
  stepBack?(): boolean;
  /** Go on with a line that an earlier page left open. */
  takeUp?(line: OpenLine): void;
  /** Backspace: remove what was touched last. False when there is no such thing. */
  removePart?(): boolean;
}

/** A line in the making, drawn on top of the image. */
export interface Sketch {
  readonly lines: readonly Ring[];
  readonly isClosed: boolean;
  readonly hasCorners: boolean; // whether its corners are shown, to be taken hold of
  readonly value: 0 | 1; // 1 will add, 0 take away
}

/** A mask on its way to another place. */
export interface Ghost {
  readonly target: Target;
  readonly mask: Mask;
  readonly dx: number;
  readonly dy: number;
}

/** The corners of a line of several clicks, before it is closed. */
export interface OpenLine {
  readonly corners: readonly ImagePoint[];
  readonly value: 0 | 1; // 1 will add, 0 take away
}

/** What tools may ask for; the editor is one. */
export interface Desk {
  readonly size_hw: SizeHW;
  readonly brushRadius_px: number;
  readonly pixelsPerScreenPixel: number; // image pixels to one CSS pixel
  readonly pointLabel: 0 | 1; // of a point that is put without Alt or the right button

  selectAt(at: ImagePoint): void;
  /** Select what is under the point as well as what is selected, or no longer. */
  selectAlsoAt(at: ImagePoint): void;
  /** Select what is under the point, if something is. */
  selectOtherAt(at: ImagePoint): void;

  prompt(prompts: readonly Prompt[], time_ms: number): void;
  /** The pointer is here, and a click would be a point prompt. */
  expectPromptAt(at: ImagePoint): void;
  /** The draft's point within reach of a place, by its index. */
  promptAt(at: ImagePoint): number | null;
  /** Take hold of a point: the next key means it. */
  takePrompt(index: number): void;
  beginMovingPrompt(): void;
  movePrompt(index: number, to: ImagePoint, time_ms: number): void;
  /** Forget the point that was put, or put it back where its move began. */
  dropPrompt(): void;
  removePrompt(index: number, time_ms: number): void;

  showBox(box: Box | null): void;
  showStroke(stroke: Stroke | null): void;
  showSketch(sketch: Sketch | null): void;
  showGhost(ghost: Ghost | null): void;
  /** What there is of a line of several clicks between them; null once it has ended. */
  leaveOpen(line: OpenLine | null): void;

  noteStroke(): void;
  finishStroke(stroke: Stroke): void;
  /** Add the area to the mask in hand, or begin a new one with it; or take it away. */
  finishArea(area: Mask, value: 0 | 1): void;
  fillHoleAt(at: ImagePoint): void;
  dropPieceAt(at: ImagePoint): void;
  splitAlong(line: readonly ImagePoint[]): void;
  /** Begin a comment on the selected mask if it lies under the point, else on the point. */
  commentAt(at: ImagePoint): void;

  /** The mask in hand: the draft, the selection, else what lies under the point. */
  inHand(at: ImagePoint | null): { target: Target; mask: Mask } | null;
  /** Change one mask as one step of undo. It is selected then. */
  reshape(target: Target, edit: (mask: Mask) => Mask): void;
}
