import { type ImagePoint, isInside } from "@/editor/geometry";
import { ringOf } from "@/editor/outline";
import { extendLine, lengthOf, sampleLine } from "@/editor/tools/line";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

const APART_PX = 40; // CSS pixels between the points that a scribble becomes
const MOST_POINTS = 8; // the decoder was trained on few: more of them blur its answer

/** A stroke becomes point prompts along it: on the object, or with Alt or the right button beside. */
export class ScribbleTool implements Tool {
  readonly name = "scribble";
  #desk: Desk;
  #line: readonly ImagePoint[] = [];
  #label: 0 | 1 = 1;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isBusy(): boolean {
    return this.#line.length > 0;
  }

  onPointerDown({ at, altKey, isSecondary }: ToolPointer): void {
    this.#label = altKey || isSecondary ? 0 : 1;
    this.#show([at]);
  }

  onPointerMove({ at }: ToolPointer): void {
    if (this.isBusy) this.#show(extendLine(this.#line, at));
  }

  onPointerUp({ at, time_ms }: ToolPointer): void {
    if (!this.isBusy) return;
    const line = extendLine(this.#line, at);
    this.onCancel();
    this.#desk.noteStroke();
    const apart = APART_PX * this.#desk.pixelsPerScreenPixel;
    const count = Math.min(Math.max(Math.round(lengthOf(line) / apart), 1), MOST_POINTS);
    const label = this.#label;
    const points = sampleLine(line, count)
      .filter((place) => isInside(place, this.#desk.size_hw))
      .map(({ x, y }) => ({ kind: "point", xy: [x, y] as [number, number], label }) as const);
    this.#desk.prompt(points, time_ms);
  }

  onCancel(): void {
    this.#line = [];
    this.#desk.showSketch(null);
  }

  #show(line: readonly ImagePoint[]): void {
    this.#line = line;
    const value = this.#label;
    this.#desk.showSketch({ lines: [ringOf(line)], isClosed: false, hasCorners: false, value });
  }
}
