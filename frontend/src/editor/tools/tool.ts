/** What a tool is: gestures in image pixels in, calls on the desk out. No DOM. */

import type { Box, ImagePoint, SizeHW } from "@/editor/geometry";
import type { Prompt } from "@/editor/operations";
import type { Stroke } from "@/editor/stroke";

export type ToolName = "select" | "point" | "box" | "brush" | "eraser";

export interface ToolPointer {
  readonly at: ImagePoint;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly isSecondary: boolean; // the right button
  readonly time_ms: number; // of the event, on performance.now()'s clock
}

export interface Tool {
  readonly name: ToolName;
  onPointerDown(pointer: ToolPointer): void;
  onPointerMove(pointer: ToolPointer): void;
  onPointerUp(pointer: ToolPointer): void;
  /** Forget the gesture that is under way. */
  onCancel(): void;
}

/** What tools may ask for; the editor is one. */
export interface Desk {
  readonly size_hw: SizeHW;
  readonly brushRadius_px: number;
  readonly pixelsPerScreenPixel: number; // image pixels to one CSS pixel
  selectAt(at: ImagePoint): void;
  prompt(prompt: Prompt, time_ms: number): void;
  showBox(box: Box | null): void;
  showStroke(stroke: Stroke | null): void;
  finishStroke(stroke: Stroke): void;
}
