/** A mask cut in two along a drawn line, without losing a pixel. */

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
  const { labels, count } = labelPieces(bitmap, walls);
  const sides = sidesOf(bitmap, labels, count, walls, line);
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

  /** Whether the line leaves the way open from a pixel to the one at (dx, dy) from it. */
  isOpen(from: number, dx: number, dy: number): boolean {
    if (dy < 0 || (dy === 0 && dx < 0)) return this.isOpen(from + dy * this.#width + dx, -dx, -dy);
    if (dy === 0) return this.right[from] === 0;
    if (dx === 0) return this.down[from] === 0;
    // A step over a corner is two steps: the line is between when it passes only one of them.
    const [first, second] = dx === 1 ? [from, from + 1] : [from - 1, from - 1];
    return (this.right[first] === 0) === (this.down[second] === 0);
  }
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

/** Number the pieces that the walls leave, from 1 on; they hold together by sides and corners. */
function labelPieces({ box, data }: Bitmap, walls: Walls): { labels: Int32Array; count: number } {
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  const labels = new Int32Array(data.length);
  const stack = new Int32Array(data.length);
  let count = 1;
  for (let seed = 0; seed < data.length; seed += 1) {
    if (data[seed] === 0 || labels[seed] !== 0) continue;
    let depth = 1;
    stack[0] = seed;
    labels[seed] = count;
    while (depth > 0) {
      depth -= 1;
      const from = stack[depth] as number;
      const x = from % width;
      const y = (from - x) / width;
      for (let dy = y > 0 ? -1 : 0; dy <= 1 && y + dy < height; dy += 1) {
        for (let dx = x > 0 ? -1 : 0; dx <= 1 && x + dx < width; dx += 1) {
          const to = from + dy * width + dx;
          if (data[to] === 0 || labels[to] !== 0 || !walls.isOpen(from, dx, dy)) continue;
          labels[to] = count;
          stack[depth] = to;
          depth += 1;
        }
      }
    }
    count += 1;
  }
  return { labels, count };
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
    const [right, down] = [walls.right[at] as number, walls.down[at] as number];
    if (right !== 0 && data[at + 1] === 1) vote(votes, labels, at, at + 1, right);
    if (down !== 0 && data[at + width] === 1) vote(votes, labels, at, at + width, down);
  }
  return Int8Array.from(votes, (sum, piece) => {
    if (piece === 0 || sum !== 0) return Math.sign(sum);
    const { x, y, area_px } = sums[piece] as { x: number; y: number; area_px: number };
    const middle = { x: box.x0 + x / area_px, y: box.y0 + y / area_px };
    return sideOf(line, middle);
  });
}

function vote(votes: Int32Array, labels: Int32Array, a: number, b: number, turn: number): void {
  (votes[labels[a] as number] as number) += turn;
  (votes[labels[b] as number] as number) -= turn;
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
