import { Pen } from "@/editor/tools/pen";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** A stroke adds to the selected mask or the draft, or begins a new mask. Alt erases instead. */
export class BrushTool implements Tool {
  readonly name = "brush";
  #pen: Pen;

  constructor(desk: Desk) {
    this.#pen = new Pen(desk);
  }

  onPointerDown({ at, altKey, isSecondary }: ToolPointer): void {
    this.#pen.put(at, altKey || isSecondary ? 0 : 1);
  }

  onPointerMove({ at }: ToolPointer): void {
    this.#pen.move(at);
  }

  onPointerUp({ at }: ToolPointer): void {
    this.#pen.lift(at);
  }

  onCancel(): void {
    this.#pen.drop();
  }
}
