/** The pointer over the image while someone speaks, in image pixels, on the recording's clock. */

import type { Clock } from "./clock";

export type TraceKind = "move" | "click";

export interface TracePoint {
  t: number;
  x: number;
  y: number;
  kind: TraceKind;
}

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

  /** Notes a point while the clock runs; points between two steps are left out, clicks never. */
  add(kind: TraceKind, x: number, y: number): void {
    if (!this.#clock.isRunning) return;
    const t = this.#clock.seconds;
    const last = this.#points.at(-1);
    if (kind === "move" && last && t - last.t < MIN_STEP_S) return;
    this.#points.push({ t: round(t, 3), x: round(x, 1), y: round(y, 1), kind });
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
