import type { ImagePoint } from "@/editor/geometry";
import { contains } from "@/editor/mask";
import { doBoxesMeet, shiftMask } from "@/editor/mask-sets";
import type { Desk, Ghost, Tool, ToolPointer } from "@/editor/tools/tool";

/**
 * A drag moves the selected mask, or the one under the pointer; so do the arrow keys.
 *
 * Moves go by whole pixels. All presses until the keys are let go are one move.
 */
export class MoveTool implements Tool {
  readonly name = "move";
  #desk: Desk;
  #from: ImagePoint | null = null;
  #moved: Ghost | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isBusy(): boolean {
    return this.#moved !== null;
  }

  onPointerDown({ at }: ToolPointer): void {
    this.finish();
    const selected = this.#desk.inHand(null);
    if (selected === null || !contains(selected.mask, at)) this.#desk.selectOtherAt(at);
    const hand = this.#desk.inHand(null);
    if (hand === null) return;
    this.#from = at;
    this.#moved = { ...hand, dx: 0, dy: 0 };
  }

  onPointerMove({ at }: ToolPointer): void {
    if (this.#from === null) return;
    this.#to(Math.round(at.x - this.#from.x), Math.round(at.y - this.#from.y));
  }

  onPointerUp(pointer: ToolPointer): void {
    this.onPointerMove(pointer);
    if (this.#from !== null) this.finish();
  }

  /** An arrow key: move by so many pixels. */
  nudge(dx: number, dy: number): boolean {
    if (this.#from !== null) return false; // it is dragged
    const hand = this.#moved ?? this.#desk.inHand(null);
    if (hand === null) return false;
    this.#moved = { dx: 0, dy: 0, ...hand };
    this.#to(this.#moved.dx + dx, this.#moved.dy + dy);
    return true;
  }

  settle(): void {
    if (this.#from === null) this.finish();
  }

  finish(): boolean {
    const moved = this.#moved;
    if (moved === null) return false;
    this.onCancel();
    const mask = shiftMask(moved.mask, moved.dx, moved.dy);
    if (mask.area_px > 0) this.#desk.reshape(moved.target, () => mask);
    return true;
  }

  onCancel(): void {
    this.#from = null;
    this.#moved = null;
    this.#desk.showGhost(null);
  }

  /** A mask never goes off the image altogether: a move is no deletion. */
  #to(dx: number, dy: number): void {
    const box = this.#moved?.mask.box;
    if (!this.#moved || !box) return;
    const [height, width] = this.#desk.size_hw;
    const there = { x0: box.x0 + dx, y0: box.y0 + dy, x1: box.x1 + dx, y1: box.y1 + dy };
    if (!doBoxesMeet(there, { x0: 0, y0: 0, x1: width, y1: height })) return;
    this.#moved = { ...this.#moved, dx, dy };
    this.#desk.showGhost(this.#moved);
  }
}
