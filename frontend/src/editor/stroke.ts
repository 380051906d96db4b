/** Brush strokes: a round pen along a line of points, in image pixels. */

import { type Box, type ImagePoint, type SizeHW, unionBox } from "@/editor/geometry";
import { emptyMask, fromBitmap, type Mask, pixelBox, toBitmap } from "@/editor/mask";

export interface Stroke {
  readonly points: readonly ImagePoint[];
  readonly radius_px: number;
  readonly value: 0 | 1; // 1 paints, 0 erases
}

/** The mask after a stroke. `mask` null: the stroke makes a new one. */
export function paintStroke(mask: Mask | null, stroke: Stroke, size_hw: SizeHW): Mask {
  const base = mask ?? emptyMask(size_hw);
  const touched = strokeBox(stroke, size_hw);
  const box = stroke.value === 1 ? unionBox(base.box, touched) : base.box;
  if (box === null || touched === null) return base;
  const bitmap = toBitmap(base, box);
  const [first] = stroke.points;
  if (first !== undefined) paintSegment(bitmap.data, box, first, first, stroke);
  for (let index = 1; index < stroke.points.length; index += 1) {
    const from = stroke.points[index - 1] as ImagePoint;
    paintSegment(bitmap.data, box, from, stroke.points[index] as ImagePoint, stroke);
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
function paintSegment(
  data: Uint8Array,
  box: Box,
  from: ImagePoint,
  to: ImagePoint,
  { radius_px, value }: Stroke,
): void {
  const reach = Math.max(radius_px, Math.SQRT1_2);
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length2 = dx * dx + dy * dy;
  const x0 = Math.max(Math.floor(Math.min(from.x, to.x) - reach), box.x0);
  const x1 = Math.min(Math.ceil(Math.max(from.x, to.x) + reach), box.x1);
  const y0 = Math.max(Math.floor(Math.min(from.y, to.y) - reach), box.y0);
  const y1 = Math.min(Math.ceil(Math.max(from.y, to.y) + reach), box.y1);
  const width = box.x1 - box.x0;
  for (let y = y0; y < y1; y += 1) {
    for (let x = x0; x < x1; x += 1) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = length2 === 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / length2, 0), 1);
      const [rx, ry] = [px - along * dx, py - along * dy];
      if (rx * rx + ry * ry <= reach * reach) data[(y - box.y0) * width + x - box.x0] = value;
    }
  }
}
