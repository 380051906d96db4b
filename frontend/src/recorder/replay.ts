/** A take played back over its image: where the speaker pointed, what they clicked and selected. */

import type { Box, ImagePoint } from "@/editor/geometry";
import { Signal } from "@/editor/signal";
import type { TracePoint } from "./trace";

const TRAIL_S = 2;
const RING_S = 1.5;

export interface Moment {
  /** Where the pointer went lately, the newest last. */
  readonly trail: readonly ImagePoint[];
  /** Clicks of late, at `t` on the clock; age goes from 0 to 1. */
  readonly rings: readonly (ImagePoint & { readonly t: number; readonly age: number })[];
  readonly mask: string | null;
  /** What of the image the speaker saw; null while nothing is known of it. */
  readonly inSight: Box | null;
}

/** How things stood at a time, in seconds on the recording's clock. Points are in their order. */
export function momentAt(points: readonly TracePoint[], seconds: number): Moment {
  const end = countUntil(points, seconds);
  const trail: ImagePoint[] = [];
  const rings: Moment["rings"][number][] = [];
  let mask: string | null | undefined;
  let inSight: Box | undefined;
  for (let index = end - 1; index >= 0; index -= 1) {
    const point = points[index] as TracePoint;
    const age_s = seconds - point.t;
    const isLate = age_s <= TRAIL_S;
    if (!isLate && mask !== undefined && inSight !== undefined) break;
    const { x, y } = point;
    // A selection of none is an answer, too.
    if (point.kind === "select") mask = mask === undefined ? point.mask : mask;
    else if (point.kind === "view") inSight ??= boxOf(point.box_xyxy);
    else if (isLate) {
      trail.push({ x, y });
      if (point.kind === "click" && age_s <= RING_S)
        rings.push({ x, y, t: point.t, age: age_s / RING_S });
    }
  }
  return { trail: trail.reverse(), rings, mask: mask ?? null, inSight: inSight ?? null };
}

/** Where the pointer went in the last two seconds, of the points noted since one, the newest last. */
export function trailAt(
  points: readonly TracePoint[],
  seconds: number,
  from: number,
): readonly ImagePoint[] {
  let start = points.length;
  while (start > from && seconds - (points[start - 1] as TracePoint).t <= TRAIL_S) start -= 1;
  return points.slice(start).filter(({ kind }) => kind === "move" || kind === "click");
}

export interface Replayed {
  readonly take: string;
  readonly points: readonly TracePoint[];
  readonly seconds: number;
}

/** What is being played on a page; one take at a time. */
export class Replay {
  readonly now = new Signal<Replayed | null>(null);
  /** The take whose sound runs. */
  readonly playing = new Signal<string | null>(null);

  show(replayed: Replayed): void {
    this.now.set(replayed);
  }

  /** Stops what sounds and is shown: somebody begins to speak. */
  hush(): void {
    this.playing.set(null);
    this.now.set(null);
  }

  leave(take: string): void {
    if (this.now.get()?.take === take) this.now.set(null);
    if (this.playing.get() === take) this.playing.set(null);
  }
}

function countUntil(points: readonly TracePoint[], seconds: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.t ?? 0) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

function boxOf([x0, y0, x1, y1]: [number, number, number, number]): Box {
  return { x0, y0, x1, y1 };
}
