import type { ImagePoint } from "@/editor/geometry";
import { areaInside, ringOf } from "@/editor/outline";
import { extendLine } from "@/editor/tools/line";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** A closed line drawn by hand adds what it goes around; with Alt or the right button it takes away. */
export class LassoTool implements Tool {
  readonly name = "lasso";
  #desk: Desk;
  #line: readonly ImagePoint[] = [];
  #value: 0 | 1 = 1;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isBusy(): boolean {
    return this.#line.length > 0;
  }

  onPointerDown({ at, altKey, isSecondary }: ToolPointer): void {
    this.#value = altKey || isSecondary ? 0 : 1;
    this.#show([at]);
  }

  onPointerMove({ at }: ToolPointer): void {
    if (this.isBusy) this.#show(extendLine(this.#line, at));
  }

  onPointerUp({ at }: ToolPointer): void {
    if (!this.isBusy) return;
    const line = extendLine(this.#line, at);
    this.onCancel();
    if (line.length < 3) return;
    this.#desk.finishArea(areaInside(line, this.#desk.size_hw), this.#value);
  }

  onCancel(): void {
    this.#line = [];
    this.#desk.showSketch(null);
  }

  #show(line: readonly ImagePoint[]): void {
    this.#line = line;
    const value = this.#value;
    this.#desk.showSketch({ lines: [ringOf(line)], isClosed: true, hasCorners: false, value });
  }
}
