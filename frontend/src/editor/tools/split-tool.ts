import type { ImagePoint } from "@/editor/geometry";
import { ringOf } from "@/editor/outline";
import { extendLine } from "@/editor/tools/line";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

/** A line drawn across a mask makes two of it; with Shift it is straight. */
export class SplitTool implements Tool {
  readonly name = "split";
  #desk: Desk;
  #line: readonly ImagePoint[] = [];

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isBusy(): boolean {
    return this.#line.length > 0;
  }

  onPointerDown({ at }: ToolPointer): void {
    this.#show([at]);
  }

  onPointerMove({ at, shiftKey }: ToolPointer): void {
    if (this.isBusy) this.#show(this.#with(at, shiftKey));
  }

  onPointerUp({ at, shiftKey }: ToolPointer): void {
    if (!this.isBusy) return;
    const line = this.#with(at, shiftKey);
    this.onCancel();
    if (line.length < 2) return;
    this.#desk.splitAlong(line);
  }

  onCancel(): void {
    this.#line = [];
    this.#desk.showSketch(null);
  }

  #with(at: ImagePoint, isStraight: boolean): readonly ImagePoint[] {
    return extendLine(isStraight ? this.#line.slice(0, 1) : this.#line, at);
  }

  #show(line: readonly ImagePoint[]): void {
    this.#line = line;
    const shape = { lines: [ringOf(line)], isClosed: false, hasCorners: false } as const;
    this.#desk.showSketch({ ...shape, value: 0 });
  }
}
