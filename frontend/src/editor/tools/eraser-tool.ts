import { Pen } from "@/editor/tools/pen";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** A stroke takes from the selected mask, the draft, or the object under its beginning. */
export class EraserTool implements Tool {
  readonly name = "eraser";
  #pen: Pen;

  constructor(desk: Desk) {
    this.#pen = new Pen(desk);
  }

  get isBusy(): boolean {
    return this.#pen.isDown;
  }

  onPointerDown(pointer: ToolPointer): void {
    this.#pen.put(pointer, 0);
  }

  onPointerMove(pointer: ToolPointer): void {
    this.#pen.move(pointer);
  }

  onPointerUp(pointer: ToolPointer): void {
    this.#pen.lift(pointer);
  }

  onCancel(): void {
    this.#pen.drop();
  }
}
