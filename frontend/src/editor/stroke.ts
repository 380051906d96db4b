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

/** One point of a stroke. */
interface Dab {
  readonly at: ImagePoint;
  readonly radius_px: number;
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
  const dab = (index: number): Dab => ({
    at: stroke.points[index] as ImagePoint,
    radius_px: radiusAt(stroke, index),
  });
  if (stroke.points.length > 0) paintSegment(bitmap, dab(0), dab(0), stroke.value);
  for (let index = 1; index < stroke.points.length; index += 1) {
    paintSegment(bitmap, dab(index - 1), dab(index), stroke.value);
    // Where a pen swells, the round end reaches further back than the line to it.
    if (stroke.radii_px) paintSegment(bitmap, dab(index), dab(index), stroke.value);
  }
  return fromBitmap(bitmap, size_hw);
}

/** The pixels that a stroke may touch, or null when it misses the image. */
function strokeBox({ points, radius_px }: Stroke, size_hw: SizeHW): Box | null {
  let box: Box | null = null;
  for (const { x, y } of points) {
    const reach = { x0: x - radius_px, y0: y - radius_px, x1: x + radius_px, y1: y + radius_px };
    box = unionBox(box, reach);
  }
  if (box === null) return null;
  const inside = pixelBox(box, size_hw);
  return inside.x0 < inside.x1 && inside.y0 < inside.y1 ? inside : null;
}

/** Set every pixel whose centre is at most a radius from the segment, and the one under the pen. */
function paintSegment({ box, data }: Bitmap, from: Dab, to: Dab, value: 0 | 1): void {
  const [a, b] = [from.at, to.at];
  const first = Math.max(from.radius_px, Math.SQRT1_2);
  const last = Math.max(to.radius_px, Math.SQRT1_2);
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length2 = dx * dx + dy * dy;
  const reach = Math.max(first, last);
  const x0 = Math.max(Math.floor(Math.min(a.x, b.x) - reach), box.x0);
  const x1 = Math.min(Math.ceil(Math.max(a.x, b.x) + reach), box.x1);
  const y0 = Math.max(Math.floor(Math.min(a.y, b.y) - reach), box.y0);
  const y1 = Math.min(Math.ceil(Math.max(a.y, b.y) + reach), box.y1);
  const width = box.x1 - box.x0;
  for (let y = y0; y < y1; y += 1) {
    for (let x = x0; x < x1; x += 1) {
      const [px, py] = [x + 0.5 - a.x, y + 0.5 - a.y];
      const along = length2 === 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / length2, 0), 1);
      const [rx, ry] = [px - along * dx, py - along * dy];
      const radius = first + along * (last - first);
      if (rx * rx + ry * ry <= radius * radius) data[(y - box.y0) * width + x - box.x0] = value;
    }
  }
}
