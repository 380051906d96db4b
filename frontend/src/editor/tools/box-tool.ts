import { boxOfCorners, type ImagePoint, isInside } from "@/editor/geometry";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

const SMALLEST_PX = 4; // CSS pixels: a shorter drag was a click

/** A drag is a box prompt; a click (with Alt or the right button: beside the object) is a point. */
export class BoxTool implements Tool {
  readonly name = "box";
  #desk: Desk;
  #from: ImagePoint | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isBusy(): boolean {
    return this.#from !== null;
  }

  onPointerDown({ at }: ToolPointer): void {
    this.#from = at;
  }

  onPointerMove({ at }: ToolPointer): void {
    if (this.#from !== null) this.#desk.showBox(boxOfCorners(this.#from, at, this.#desk.size_hw));
  }

  onPointerUp({ at, altKey, isSecondary, time_ms }: ToolPointer): void {
    if (this.#from === null) return;
    const box = boxOfCorners(this.#from, at, this.#desk.size_hw);
    this.onCancel();
    const smallest = SMALLEST_PX * this.#desk.pixelsPerScreenPixel;
    if (box.x1 - box.x0 >= smallest && box.y1 - box.y0 >= smallest) {
      const box_xyxy: [number, number, number, number] = [box.x0, box.y0, box.x1, box.y1];
      this.#desk.prompt([{ kind: "box", box_xyxy }], time_ms);
      return;
    }
    if (!isInside(at, this.#desk.size_hw)) return;
    const label = altKey || isSecondary ? 0 : 1;
    this.#desk.prompt([{ kind: "point", xy: [at.x, at.y], label }], time_ms);
  }

  onCancel(): void {
    this.#from = null;
    this.#desk.showBox(null);
  }
}
