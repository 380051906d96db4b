/** Sums and differences of masks, worked out on their runs: nothing is unpacked. */

import type { Box, SizeHW } from "@/editor/geometry";
import { emptyMask, fromBitmap, type Mask, maskFromRuns, toBitmap } from "@/editor/mask";

export function union(a: Mask, b: Mask): Mask {
  return combine(a, b, (inA, inB) => inA || inB);
}

export function subtract(a: Mask, b: Mask): Mask {
  return combine(a, b, (inA, inB) => inA && !inB);
}

export function intersect(a: Mask, b: Mask): Mask {
  return combine(a, b, (inA, inB) => inA && inB);
}

/** The pixels that are in one of the two and not in the other. */
export function difference(a: Mask, b: Mask): Mask {
  return combine(a, b, (inA, inB) => inA !== inB);
}

/** Of two masks that are not both empty. */
export function iouOf(a: Mask, b: Mask): number {
  const shared = intersect(a, b).area_px;
  return shared / (a.area_px + b.area_px - shared);
}

/** Which of some masks is most like another, with at least that IoU; null where none is. */
export function mostAlike<T extends { readonly mask: Mask }>(
  shapes: readonly T[],
  wanted: Mask,
  leastIou: number,
  iou: (a: Mask, b: Mask) => number = iouOf,
): T | null {
  let found: T | null = null;
  let best = leastIou;
  for (const shape of shapes) {
    const { area_px, box } = shape.mask;
    const mostIou = Math.min(area_px, wanted.area_px) / Math.max(area_px, wanted.area_px);
    if (mostIou < best || !doBoxesMeet(box, wanted.box)) continue;
    const its = iou(shape.mask, wanted);
    if (its < best) continue;
    found = shape;
    best = its;
  }
  return found;
}

export function isSameMask(a: Mask, b: Mask): boolean {
  if (a === b) return true;
  if (a.area_px !== b.area_px || a.ends.length !== b.ends.length) return false;
  return a.ends.every((end, index) => end === b.ends[index]);
}

export function doBoxesMeet(a: Box | null, b: Box | null): boolean {
  return a !== null && b !== null && a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

/** The mask moved by whole pixels; what leaves the image is lost. */
export function shiftMask(mask: Mask, dx: number, dy: number): Mask {
  const { box, size_hw } = mask;
  if (box === null) return mask;
  const to = clipBox(
    { x0: box.x0 + dx, y0: box.y0 + dy, x1: box.x1 + dx, y1: box.y1 + dy },
    size_hw,
  );
  if (to === null) return emptyMask(size_hw);
  const from = { x0: to.x0 - dx, y0: to.y0 - dy, x1: to.x1 - dx, y1: to.y1 - dy };
  return fromBitmap({ box: to, data: toBitmap(mask, from).data }, size_hw);
}

/** A box of whole pixels cut to the image; null when it lies outside. */
function clipBox(box: Box, [height, width]: SizeHW): Box | null {
  const [x0, y0] = [Math.max(box.x0, 0), Math.max(box.y0, 0)];
  const [x1, y1] = [Math.min(box.x1, width), Math.min(box.y1, height)];
  return x0 < x1 && y0 < y1 ? { x0, y0, x1, y1 } : null;
}

function combine(a: Mask, b: Mask, isIn: (inA: boolean, inB: boolean) => boolean): Mask {
  const [height, width] = a.size_hw;
  if (b.size_hw[0] !== height || b.size_hw[1] !== width) {
    throw new RangeError(`masks of ${a.size_hw} and ${b.size_hw} pixels`);
  }
  const total = height * width;
  const runs: number[] = [];
  let [inA, inB, at, start] = [0, 0, 0, 0];
  let isInside = false;
  while (at < total) {
    while ((a.ends[inA] as number) <= at) inA += 1;
    while ((b.ends[inB] as number) <= at) inB += 1;
    if (isIn(inA % 2 === 1, inB % 2 === 1) !== isInside) {
      runs.push(at - start);
      start = at;
      isInside = !isInside;
    }
    at = Math.min(a.ends[inA] as number, b.ends[inB] as number);
  }
  runs.push(total - start);
  return maskFromRuns(a.size_hw, Uint32Array.from(runs));
}
