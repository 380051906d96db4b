/** The moving of a round pen, which brush and eraser share. */

import type { ImagePoint } from "@/editor/geometry";
import type { Stroke } from "@/editor/stroke";
import type { Desk } from "@/editor/tools/tool";

const CLOSEST_PX = 0.4; // image pixels: nearer points add nothing to a line of pixels

export class Pen {
  #desk: Desk;
  #stroke: Stroke | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  put(at: ImagePoint, value: 0 | 1): void {
    this.#show({ points: [at], radius_px: this.#desk.brushRadius_px, value });
  }

  move(at: ImagePoint): void {
    if (this.#stroke === null) return;
    const last = this.#stroke.points.at(-1);
    if (last && Math.hypot(at.x - last.x, at.y - last.y) < CLOSEST_PX) return;
    this.#show({ ...this.#stroke, points: [...this.#stroke.points, at] });
  }

  lift(at: ImagePoint): void {
    this.move(at);
    const stroke = this.#stroke;
    if (stroke === null) return;
    this.drop();
    this.#desk.finishStroke(stroke);
  }

  drop(): void {
    this.#show(null);
  }

  #show(stroke: Stroke | null): void {
    this.#stroke = stroke;
    this.#desk.showStroke(stroke);
  }
}
