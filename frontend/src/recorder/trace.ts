/** What a person does over the image while they speak, in image pixels, on the recording's clock. */

import type { Box, ImagePoint } from "@/editor/geometry";
import type { Clock } from "./clock";

export interface PointerPoint {
  t: number;
  x: number;
  y: number;
  kind: "move" | "click";
}

/** What of the image came into sight; x and y are its middle. */
export interface ViewPoint {
  t: number;
  x: number;
  y: number;
  kind: "view";
  box_xyxy: [number, number, number, number];
}

/** The mask that was selected where the pointer was; null: none any more. */
export interface SelectPoint {
  t: number;
  x: number;
  y: number;
  kind: "select";
  mask: string | null;
}

export type TracePoint = PointerPoint | ViewPoint | SelectPoint;

/** Thirty points a second say where someone points; more only fill the database. */
const MIN_STEP_S = 1 / 30;

export class Trace {
  readonly #clock: Clock;
  #points: TracePoint[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get points(): readonly TracePoint[] {
    return this.#points;
  }

  /** Notes a point while the clock runs; of moves between two steps the last one stays, clicks all. */
  add(kind: PointerPoint["kind"], x: number, y: number): void {
    if (!this.#clock.isRunning) return;
    const at = this.#at({ x, y });
    if (kind === "click" || this.#sinceLast() >= MIN_STEP_S) this.#points.push({ ...at, kind });
    else if (this.#points.at(-1)?.kind === "move") {
      // Where a hand comes to rest is what it points at.
      const t = this.#points.pop()?.t ?? at.t;
      this.#points.push({ ...at, t, kind });
    }
  }

  /** Notes what is in sight; of views between two steps the last one stays. */
  addView({ x0, y0, x1, y1 }: Box): void {
    if (!this.#clock.isRunning) return;
    const isBetween = this.#points.at(-1)?.kind === "view" && this.#sinceLast() < MIN_STEP_S;
    const t = isBetween ? this.#points.pop()?.t : undefined;
    const at = this.#at({ x: (x0 + x1) / 2, y: (y0 + y1) / 2 });
    const box_xyxy: ViewPoint["box_xyxy"] = [tenth(x0), tenth(y0), tenth(x1), tenth(y1)];
    this.#points.push({ ...at, t: t ?? at.t, kind: "view", box_xyxy });
  }

  addSelection(mask: string | null, at: ImagePoint): void {
    if (!this.#clock.isRunning) return;
    this.#points.push({ ...this.#at(at), kind: "select", mask });
  }

  #sinceLast(): number {
    const last = this.#points.at(-1);
    return last ? this.#clock.seconds - last.t : Number.POSITIVE_INFINITY;
  }

  #at({ x, y }: ImagePoint): { t: number; x: number; y: number } {
    return { t: Number(this.#clock.seconds.toFixed(3)), x: tenth(x), y: tenth(y) };
  }
}

function tenth(value: number): number {
  return Number(value.toFixed(1));
}
