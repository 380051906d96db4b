import type { ImagePoint } from "@/editor/geometry";
import { areaInside, ringOf } from "@/editor/outline";
import type { Desk, OpenLine, Tool, ToolPointer } from "@/editor/tools/tool";

const REACH_PX = 8; // CSS pixels around the first corner in which a click closes the line
const DOUBLE_MS = 350;

/**
 * Each click is a corner; a click on the first one, a double click or Enter closes the line.
 *
 * It adds what it goes around; begun with Alt or the right button, it takes away. Switching to
 * another tool closes it too, so that no corner is lost.
 */
export class PolygonTool implements Tool {
  readonly name = "polygon";
  #desk: Desk;
  #corners: readonly ImagePoint[] = [];
  #value: 0 | 1 = 1;
  #isDown = false;
  #clicked_ms = Number.NEGATIVE_INFINITY;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isBusy(): boolean {
    return this.#corners.length > 0;
  }

  onPointerDown({ at, altKey, isSecondary, time_ms }: ToolPointer): void {
    const isDouble =
      time_ms - this.#clicked_ms < DOUBLE_MS && this.#isNear(this.#corners.at(-1), at);
    this.#clicked_ms = time_ms;
    const closes = this.#corners.length >= 3 && (isDouble || this.#isNear(this.#corners[0], at));
    if (closes) {
      this.finish();
      return;
    }
    if (isDouble) return;
    if (!this.isBusy) this.#value = altKey || isSecondary ? 0 : 1;
    this.#isDown = true;
    this.#show([...this.#corners, at]);
  }

  /** The corner just put is still in hand. */
  onPointerMove({ at }: ToolPointer): void {
    if (this.#isDown) this.#show([...this.#corners.slice(0, -1), at]);
  }

  onPointerUp(): void {
    this.#isDown = false;
    this.#show(this.#corners);
  }

  onHover(at: ImagePoint): void {
    if (this.isBusy) this.#draw([...this.#corners, at]);
  }

  finish(): boolean {
    if (!this.isBusy) return false;
    const corners = this.#corners;
    this.onCancel();
    if (corners.length < 3) return true;
    this.#desk.finishArea(areaInside(corners, this.#desk.size_hw), this.#value);
    return true;
  }

  stepBack(): boolean {
    if (!this.isBusy) return false;
    this.#show(this.#corners.slice(0, -1));
    return true;
  }

  takeUp({ corners, value }: OpenLine): void {
    this.#value = value;
    this.#show(corners);
  }

  onCancel(): void {
    this.#isDown = false;
    this.#show([]);
  }

  dropPress(): void {
    if (this.#isDown) this.stepBack();
    this.#isDown = false;
  }

  #show(corners: readonly ImagePoint[]): void {
    this.#corners = corners;
    this.#draw(corners);
    const value = this.#value;
    if (!this.#isDown) this.#desk.leaveOpen(corners.length === 0 ? null : { corners, value });
  }

  #draw(line: readonly ImagePoint[]): void {
    const value = this.#value;
    const sketch = { lines: [ringOf(line)], isClosed: true, hasCorners: true, value } as const;
    this.#desk.showSketch(line.length === 0 ? null : sketch);
  }

  #isNear(corner: ImagePoint | undefined, at: ImagePoint): boolean {
    if (corner === undefined) return false;
    const reach = REACH_PX * this.#desk.pixelsPerScreenPixel;
    return Math.hypot(corner.x - at.x, corner.y - at.y) <= reach;
  }
}
