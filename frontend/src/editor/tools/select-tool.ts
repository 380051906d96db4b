import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** A click selects the smallest object under it, or nothing; with Shift it adds to the selection. */
export class SelectTool implements Tool {
  readonly name = "select";
  readonly isBusy = false;
  #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  onPointerDown({ at, shiftKey }: ToolPointer): void {
    if (shiftKey) this.#desk.selectAlsoAt(at);
    else this.#desk.selectAt(at);
  }

  onPointerMove(): void {}

  onPointerUp(): void {}

  onCancel(): void {}
}
