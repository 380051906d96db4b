/** Brush strokes: a round pen along a line of points, in image pixels. */

import { type Box, type ImagePoint, type SizeHW, unionBox } from "@/editor/geometry";
import { type Bitmap, emptyMask, fromBitmap, type Mask, pixelBox, toBitmap } from "@/editor/mask";

export interface Stroke {
  readonly points: readonly ImagePoint[];
  readonly radius_px: number;
  /** One for each point, where a pen's pressure changed it; none is above `radius_px`. */
  readonly radii_px?: readonly number[];
  readonly value: 0 | 1; // 1 paints, 0 erases
}

/** The radius at one of a stroke's points. */
export function radiusAt({ radius_px, radii_px }: Stroke, index: number): number {
  return radii_px?.[index] ?? radius_px;
}

/** The mask after a stroke. `mask` null: the stroke makes a new one. */
export function paintStroke(mask: Mask | null, stroke: Stroke, size_hw: SizeHW): Mask {
  const base = mask ?? emptyMask(size_hw);
  const touched = strokeBox(stroke, size_hw);
  const box = stroke.value === 1 ? unionBox(base.box, touched) : base.box;
  if (box === null || touched === null) return base;
  const bitmap = toBitmap(base, box);
  paintSegment(bitmap, stroke, 0, 0);
  for (let index = 1; index < stroke.points.length; index += 1) {
    paintSegment(bitmap, stroke, index - 1, index);
    // Where a pen swells, the round end reaches further back than the line to it.
    if (stroke.radii_px) paintSegment(bitmap, stroke, index, index);
  }
  return fromBitmap(bitmap, size_hw);
}

/** The pixels that a stroke may touch, or null when it misses the image. */
function strokeBox({ points, radius_px }: Stroke, size_hw: SizeHW): Box | null {
  let [x0, y0] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [x1, y1] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { x, y } of points) {
    x0 = Math.min(x0, x - radius_px);
    y0 = Math.min(y0, y - radius_px);
    x1 = Math.max(x1, x + radius_px);
    y1 = Math.max(y1, y + radius_px);
  }
  const inside = pixelBox({ x0, y0, x1, y1 }, size_hw);
  return inside.x0 < inside.x1 && inside.y0 < inside.y1 ? inside : null;
}

/** Set every pixel whose centre is at most a radius from a segment, and the one under the pen. */
function paintSegment(bitmap: Bitmap, stroke: Stroke, from: number, to: number): void {
  const a = stroke.points[from] as ImagePoint;
  const b = stroke.points[to] as ImagePoint;
  const first = Math.max(radiusAt(stroke, from), Math.SQRT1_2);
  const last = Math.max(radiusAt(stroke, to), Math.SQRT1_2);
  if (first === last) paintEven(bitmap, a, b, first, stroke.value);
  else paintSwelling(bitmap, a, b, first, last, stroke.value);
}

/**
 * A pen of one size covers one run of each row: to the arcs at its ends, or to its sides. One loop
 * of plain numbers, as a long stroke has a hundred thousand rows and the hand waits for it.
 */
function paintEven(
  { box, data }: Bitmap,
  a: ImagePoint,
  b: ImagePoint,
  radius: number,
  value: 0 | 1,
): void {
  const width = box.x1 - box.x0;
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const out = radius / (Math.sqrt(dx * dx + dy * dy) || 1);
  const sideX = -dy * out; // from the line to one side
  const sideY = dx * out;
  const y0 = Math.max(Math.floor(Math.min(a.y, b.y) - radius), box.y0);
  const y1 = Math.min(Math.ceil(Math.max(a.y, b.y) + radius), box.y1);
  for (let y = y0; y < y1; y += 1) {
    const fromA = y + 0.5 - a.y;
    const fromB = y + 0.5 - b.y;
    let left = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    const halfA = Math.sqrt(radius * radius - fromA * fromA); // NaN where the arc is not
    if (halfA >= 0) {
      left = a.x - halfA;
      right = a.x + halfA;
    }
    const halfB = Math.sqrt(radius * radius - fromB * fromB);
    if (halfB >= 0) {
      left = Math.min(left, b.x - halfB);
      right = Math.max(right, b.x + halfB);
    }
    const one = (fromA - sideY) / dy;
    if (one >= 0 && one <= 1) {
      left = Math.min(left, a.x + sideX + one * dx);
      right = Math.max(right, a.x + sideX + one * dx);
    }
    const other = (fromA + sideY) / dy;
    if (other >= 0 && other <= 1) {
      left = Math.min(left, a.x - sideX + other * dx);
      right = Math.max(right, a.x - sideX + other * dx);
    }
    const start = Math.max(Math.ceil(left - 0.5), box.x0);
    const end = Math.min(Math.floor(right - 0.5) + 1, box.x1);
    const row = (y - box.y0) * width - box.x0;
    if (start < end) data.fill(value, row + start, row + end);
  }
}

/** A pen that swells or shrinks on its way may leave gaps in a row. */
function paintSwelling(
  { box, data }: Bitmap,
  a: ImagePoint,
  b: ImagePoint,
  first: number,
  last: number,
  value: 0 | 1,
): void {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length2 = dx * dx + dy * dy || 1;
  const reach = Math.max(first, last);
  const x0 = Math.max(Math.floor(Math.min(a.x, b.x) - reach), box.x0);
  const x1 = Math.min(Math.ceil(Math.max(a.x, b.x) + reach), box.x1);
  const y0 = Math.max(Math.floor(Math.min(a.y, b.y) - reach), box.y0);
  const y1 = Math.min(Math.ceil(Math.max(a.y, b.y) + reach), box.y1);
  const width = box.x1 - box.x0;
  for (let y = y0; y < y1; y += 1) {
    for (let x = x0; x < x1; x += 1) {
      const [px, py] = [x + 0.5 - a.x, y + 0.5 - a.y];
      const along = Math.min(Math.max((px * dx + py * dy) / length2, 0), 1);
      const [rx, ry] = [px - along * dx, py - along * dy];
      const radius = first + along * (last - first);
      if (rx * rx + ry * ry <= radius * radius) data[(y - box.y0) * width + x - box.x0] = value;
    }
  }
}
