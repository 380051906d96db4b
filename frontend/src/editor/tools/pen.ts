/** The moving of a round pen, which brush and eraser share. */

import type { ImagePoint } from "@/editor/geometry";
import type { Stroke } from "@/editor/stroke";
import type { Desk, ToolPointer } from "@/editor/tools/tool";

const CLOSEST_PX = 0.4; // image pixels: nearer points add nothing to a line of pixels
const LIGHTEST = 0.1; // a pen that hardly touches still draws a tenth of the radius

export class Pen {
  #desk: Desk;
  #stroke: Stroke | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isDown(): boolean {
    return this.#stroke !== null;
  }

  put({ at, pressure }: ToolPointer, value: 0 | 1): void {
    const radius_px = this.#desk.brushRadius_px;
    const radii_px = pressure === 1 ? {} : { radii_px: [this.#radius_px(pressure)] };
    this.#show({ points: [at], radius_px, value, ...radii_px });
  }

  move({ at, pressure }: ToolPointer): void {
    const stroke = this.#stroke;
    if (stroke === null) return;
    const last = stroke.points.at(-1);
    if (last && Math.hypot(at.x - last.x, at.y - last.y) < CLOSEST_PX) return;
    this.#goOn(stroke, at, stroke.radii_px && this.#radius_px(pressure));
  }

  /** A pen that is lifted presses no more: the end is as wide as what comes before it. */
  lift({ at }: ToolPointer): void {
    const stroke = this.#stroke;
    if (stroke === null) return;
    const last = stroke.points.at(-1) as ImagePoint;
    const isElsewhere = Math.hypot(at.x - last.x, at.y - last.y) >= CLOSEST_PX;
    if (isElsewhere) this.#goOn(stroke, at, stroke.radii_px?.at(-1));
    const done = this.#stroke as Stroke;
    this.drop();
    this.#desk.finishStroke(done);
  }

  drop(): void {
    this.#show(null);
  }

  #goOn(stroke: Stroke, at: ImagePoint, radius_px: number | undefined): void {
    const points = [...stroke.points, at];
    if (radius_px === undefined) this.#show({ ...stroke, points });
    else this.#show({ ...stroke, points, radii_px: [...(stroke.radii_px ?? []), radius_px] });
  }

  #radius_px(pressure: number): number {
    return this.#desk.brushRadius_px * Math.min(Math.max(pressure, LIGHTEST), 1);
  }

  #show(stroke: Stroke | null): void {
    this.#stroke = stroke;
    this.#desk.showStroke(stroke);
  }
}
