import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** A click fills the hole under it; with Alt or the right button it clears the piece under it. */
export class FillTool implements Tool {
  readonly name = "fill";
  readonly isBusy = false;
  #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  onPointerDown({ at, altKey, isSecondary }: ToolPointer): void {
    if (altKey || isSecondary) this.#desk.dropPieceAt(at);
    else this.#desk.fillHoleAt(at);
  }

  onPointerMove(): void {}

  onPointerUp(): void {}

  onCancel(): void {}
}
