/** A mask cut in two along a drawn line, without losing a pixel. */

import { labelPieces } from "@/editor/components";
import type { Box, ImagePoint } from "@/editor/geometry";
import { type Bitmap, fromBitmap, type Mask, toBitmap } from "@/editor/mask";

export interface Halves {
  readonly larger: Mask;
  readonly smaller: Mask;
}

/**
 * Cut a mask along a line; null when all of it lies on one side.
 *
 * The line closes the way between neighbouring pixels, so nothing is lost to its width. Each piece
 * that it leaves goes to the side it has the line on; a piece that the line does not touch, to the
 * side that it lies on. A line that ends inside a piece does not divide it.
 */
export function splitMask(mask: Mask, line: readonly ImagePoint[]): Halves | null {
  if (mask.box === null || line.length < 2) return null;
  const bitmap = toBitmap(mask, mask.box);
  const walls = wallsAlong(line, mask.box);
  const { labels, areas_px } = labelPieces(bitmap, walls.isOpen);
  const sides = sidesOf(bitmap, labels, areas_px.length, walls, line);
  const left = bitmap.data.map((_, at) => (sides[labels[at] as number] === 1 ? 1 : 0));
  const right = bitmap.data.map((_, at) => (sides[labels[at] as number] === -1 ? 1 : 0));
  const halves = [left, right].map((data) => fromBitmap({ box: bitmap.box, data }, mask.size_hw));
  const [a, b] = halves as [Mask, Mask];
  if (a.area_px === 0 || b.area_px === 0) return null;
  return a.area_px >= b.area_px ? { larger: a, smaller: b } : { larger: b, smaller: a };
}

/**
 * Where the line passes between two neighbours: 0 nowhere, else on which side of the line the first
 * of the two is. `right[at]` is the wall to the pixel on the right, `down[at]` to the one below.
 */
class Walls {
  readonly right: Int8Array;
  readonly down: Int8Array;
  #width: number;

  constructor(width: number, height: number) {
    this.#width = width;
    this.right = new Int8Array(width * height);
    this.down = new Int8Array(width * height);
  }

  readonly isOpen = (from: number, to: number): boolean => {
    const [low, high] = from < to ? [from, to] : [to, from];
    const dx = (high % this.#width) - (low % this.#width);
    if (high - low === dx) return this.right[low] === 0;
    if (dx === 0) return this.down[low] === 0;
    // A step over a corner is two steps: the line is between when it passes only one of them.
    const [first, second] = dx === 1 ? [low, low + 1] : [low - 1, low - 1];
    return (this.right[first] === 0) === (this.down[second] === 0);
  };
}

/**
 * Build the walls of a line. A line through a pixel's centre passes it on its left, upper side: then
 * walls close wherever the line is drawn exactly on the grid.
 */
function wallsAlong(line: readonly ImagePoint[], box: Box): Walls {
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  const walls = new Walls(width, height);
  for (let index = 1; index < line.length; index += 1) {
    const from = line[index - 1] as ImagePoint;
    const to = line[index] as ImagePoint;
    // In pixels of the box, with centres on whole numbers.
    const a = { x: from.x - box.x0 - 0.5, y: from.y - box.y0 - 0.5 };
    const b = { x: to.x - box.x0 - 0.5, y: to.y - box.y0 - 0.5 };
    for (const [y, x, turn] of passes(a.y, a.x, b.y, b.x, height)) {
      if (x >= 0 && x < width - 1) toggle(walls.right, y * width + x, turn);
    }
    for (const [x, y, turn] of passes(a.x, a.y, b.x, b.y, width)) {
      if (y >= 0 && y < height - 1) toggle(walls.down, y * width + x, -turn);
    }
  }
  return walls;
}

/** The whole numbers n that a segment passes along its first axis, after which step of the second. */
function* passes(
  n0: number,
  m0: number,
  n1: number,
  m1: number,
  count: number,
): Generator<[n: number, m: number, turn: number]> {
  const turn = n0 < n1 ? 1 : -1;
  const first = Math.max(Math.ceil(Math.min(n0, n1)), 0);
  const last = Math.min(Math.ceil(Math.max(n0, n1)), count);
  for (let n = first; n < last; n += 1) {
    const m = m0 + ((n - n0) * (m1 - m0)) / (n1 - n0);
    yield [n, Math.ceil(m) - 1, turn];
  }
}

/** Twice through the same gap is not through it at all. */
function toggle(walls: Int8Array, at: number, turn: number): void {
  walls[at] = walls[at] === 0 ? turn : 0;
}

/** 1 or -1 for each piece: the side of the line that most of its walls, or else its middle, are on. */
function sidesOf(
  { box, data }: Bitmap,
  labels: Int32Array,
  count: number,
  walls: Walls,
  line: readonly ImagePoint[],
): Int8Array {
  const width = box.x1 - box.x0;
  const votes = new Int32Array(count);
  const sums = Array.from({ length: count }, () => ({ x: 0, y: 0, area_px: 0 }));
  for (let at = 0; at < data.length; at += 1) {
    if (data[at] === 0) continue;
    const piece = labels[at] as number;
    const sum = sums[piece] as { x: number; y: number; area_px: number };
    sum.x += (at % width) + 0.5;
    sum.y += Math.floor(at / width) + 0.5;
    sum.area_px += 1;
    for (const [turn, other] of [
      [walls.right[at] as number, at + 1],
      [walls.down[at] as number, at + width],
    ] as const) {
      if (turn === 0 || data[other] === 0) continue;
      (votes[piece] as number) += turn;
      (votes[labels[other] as number] as number) -= turn;
    }
  }
  return Int8Array.from(votes, (vote, piece) => {
    if (piece === 0 || vote !== 0) return Math.sign(vote);
    const { x, y, area_px } = sums[piece] as { x: number; y: number; area_px: number };
    const middle = { x: box.x0 + x / area_px, y: box.y0 + y / area_px };
    return sideOf(line, middle);
  });
}

/** The side of the nearest part of the line, which goes on straight beyond both its ends. */
function sideOf(line: readonly ImagePoint[], at: ImagePoint): 1 | -1 {
  let [nearest, side]: [number, 1 | -1] = [Number.POSITIVE_INFINITY, 1];
  for (let index = 1; index < line.length; index += 1) {
    const a = line[index - 1] as ImagePoint;
    const b = line[index] as ImagePoint;
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const length2 = dx * dx + dy * dy;
    if (length2 === 0) continue;
    const raw = ((at.x - a.x) * dx + (at.y - a.y) * dy) / length2;
    const low = index === 1 ? Number.NEGATIVE_INFINITY : 0;
    const high = index === line.length - 1 ? Number.POSITIVE_INFINITY : 1;
    const along = Math.min(Math.max(raw, low), high);
    const away = Math.hypot(at.x - a.x - along * dx, at.y - a.y - along * dy);
    if (away >= nearest) continue;
    nearest = away;
    side = dx * (at.y - a.y) - dy * (at.x - a.x) > 0 ? 1 : -1;
  }
  return side;
}
