import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** A click selects the smallest object under it, or nothing. */
export class SelectTool implements Tool {
  readonly name = "select";
  #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  onPointerDown({ at }: ToolPointer): void {
    this.#desk.selectAt(at);
  }

  onPointerMove(): void {}

  onPointerUp(): void {}

  onCancel(): void {}
}
