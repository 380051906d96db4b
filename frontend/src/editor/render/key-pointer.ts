/** A pointer for keyboards: arrow keys move a cross over the image, a key is the mouse's button. */

import type { Editor } from "@/editor/editor";
import { type ImagePoint, panBy, toImage, toScreen } from "@/editor/geometry";
import type { Stage } from "@/editor/render/stage";
import type { ToolPointer } from "@/editor/tools/tool";

const EDGE_PX = 24; // the view follows a cross that comes as near to the stage's edge

/** What KeyPointer needs of a Stage. */
export type Board = Pick<Stage, "view" | "size" | "area" | "pointer" | "hasCross" | "setView">;

export class KeyPointer {
  #editor: Editor;
  #board: Board;
  #pressed: { isSecondary: boolean } | null = null;

  constructor(editor: Editor, board: Board) {
    this.#editor = editor;
    this.#board = board;
  }

  /** Move by so many pixels of the screen, and by one of the image at least. */
  move(dx: number, dy: number): void {
    const { scale } = this.#board.view.get();
    const by = (step: number): number =>
      Math.sign(step) * Math.max(Math.round(Math.abs(step) / scale), 1);
    const { x, y } = this.#at();
    const at = this.#within({ x: x + by(dx), y: y + by(dy) });
    this.#show(at);
    const tool = this.#editor.tool.get();
    if (this.#pressed !== null) {
      tool.onPointerMove(this.#pointer(at, this.#pressed.isSecondary));
      return;
    }
    this.#editor.pointAt(at);
    tool.onHover?.(at);
  }

  /** Press the button where the cross is; the first time, that only shows where. */
  press(isSecondary: boolean): void {
    if (this.#pressed !== null) return;
    const isThere = this.#board.pointer.get() !== null;
    const at = this.#within(this.#at());
    this.#show(at);
    if (!isThere) return;
    this.#pressed = { isSecondary };
    this.#editor.notice.set(null);
    this.#editor.meter.noteClick();
    this.#editor.tool.get().onPointerDown(this.#pointer(at, isSecondary));
  }

  release(): void {
    if (this.#pressed === null) return;
    const { isSecondary } = this.#pressed;
    this.#pressed = null;
    this.#editor.tool.get().onPointerUp(this.#pointer(this.#at(), isSecondary));
  }

  /** Where the pointer was last, by mouse or key, else the middle of what is shown. */
  #at(): ImagePoint {
    const { view, size, pointer } = this.#board;
    const { width, height } = size.get();
    return pointer.get() ?? toImage(view.get(), { x: width / 2, y: height / 2 });
  }

  /** The centre of a pixel of the image. */
  #within({ x, y }: ImagePoint): ImagePoint {
    const { width, height } = this.#board.area;
    const centre = (value: number, side: number): number =>
      Math.min(Math.max(Math.floor(value), 0), side - 1) + 0.5;
    return { x: centre(x, width), y: centre(y, height) };
  }

  #show(at: ImagePoint): void {
    const { view, size, area, pointer, hasCross } = this.#board;
    pointer.set(at);
    hasCross.set(true);
    const { x, y } = toScreen(view.get(), at);
    const { width, height } = size.get();
    const dx = overshoot(x, width);
    const dy = overshoot(y, height);
    if (dx !== 0 || dy !== 0) {
      this.#board.setView(panBy(view.get(), dx, dy, size.get(), area));
    }
  }

  #pointer(at: ImagePoint, isSecondary: boolean): ToolPointer {
    const plain = { altKey: false, shiftKey: false, pressure: 1 };
    return { ...plain, at, isSecondary, time_ms: performance.now() };
  }
}

/** How far a place must move along a side to be well within it. */
function overshoot(place: number, side: number): number {
  if (place < EDGE_PX) return EDGE_PX - place;
  return Math.min(side - EDGE_PX - place, 0);
}
