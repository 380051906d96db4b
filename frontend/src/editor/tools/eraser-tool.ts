import { Pen } from "@/editor/tools/pen";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** A stroke takes from the selected mask, the draft, or the object under its beginning. */
export class EraserTool implements Tool {
  readonly name = "eraser";
  #pen: Pen;

  constructor(desk: Desk) {
    this.#pen = new Pen(desk);
  }

  onPointerDown({ at }: ToolPointer): void {
    this.#pen.put(at, 0);
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
