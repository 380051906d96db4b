import { isInside } from "@/editor/geometry";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** Each click is a point prompt: on the object, or with Alt or the right button beside it. */
export class PointTool implements Tool {
  readonly name = "point";
  #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  onPointerDown({ at, altKey, isSecondary, time_ms }: ToolPointer): void {
    if (!isInside(at, this.#desk.size_hw)) return;
    const label = altKey || isSecondary ? 0 : 1;
    this.#desk.prompt({ kind: "point", xy: [at.x, at.y], label }, time_ms);
  }

  onPointerMove(): void {}

  onPointerUp(): void {}

  onCancel(): void {}
}
