import { Pen } from "@/editor/tools/pen";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** A stroke adds to the selected mask or the draft, or begins a new mask. Alt erases instead. */
export class BrushTool implements Tool {
  readonly name = "brush";
  #pen: Pen;

  constructor(desk: Desk) {
    this.#pen = new Pen(desk);
  }

  get isBusy(): boolean {
    return this.#pen.isDown;
  }

  onPointerDown(pointer: ToolPointer): void {
    this.#pen.put(pointer, pointer.altKey || pointer.isSecondary ? 0 : 1);
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
