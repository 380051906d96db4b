/** Masks as values (run lengths) and as bitmaps (row-major bytes of a part of the image). */

import { type Box, clamp, type ImagePoint, type SizeHW } from "@/editor/geometry";
import { formatCounts, parseCounts, type RLE } from "@/editor/rle";

/** One object's pixels. Immutable; `ends` holds the running sum of the column-major runs. */
export interface Mask {
  readonly size_hw: SizeHW;
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly area_px: number;
  readonly box: Box | null; // null when empty
}

/** A rectangle of pixels of an image: one row-major byte each, 1 inside the object. */
export interface Bitmap {
  readonly box: Box;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Build a mask from column-major run lengths, background first. */
export function maskFromRuns(size_hw: SizeHW, runs: Uint32Array): Mask {
  const height = size_hw[0];
  const ends = new Uint32Array(runs.length);
  let end = 0;
  let area_px = 0;
  let x0 = Number.POSITIVE_INFINITY;
  let y0 = Number.POSITIVE_INFINITY;
  let x1 = 0;
  let y1 = 0;
  for (let index = 0; index < runs.length; index += 1) {
    const run = runs[index] as number;
    const start = end;
    end += run;
    ends[index] = end;
    if (index % 2 === 0 || run === 0) continue;
    area_px += run;
    const first = Math.floor(start / height);
    const last = Math.floor((end - 1) / height);
    const spans = last > first;
    x0 = Math.min(x0, first);
    x1 = Math.max(x1, last + 1);
    y0 = Math.min(y0, spans ? 0 : start - first * height);
    y1 = Math.max(y1, spans ? height : end - last * height);
  }
  if (end !== height * size_hw[1]) {
    throw new RangeError(`runs cover ${end} pixels of an image of ${size_hw[1]} x ${height}`);
  }
  return { size_hw, ends, area_px, box: area_px === 0 ? null : { x0, y0, x1, y1 } };
}

export function runsOf(mask: Mask): Uint32Array<ArrayBuffer> {
  return mask.ends.map((end, index) => end - (index === 0 ? 0 : (mask.ends[index - 1] as number)));
}

const parsed = new WeakMap<RLE, Mask>();

/** The mask of an RLE object; parsed once for each object. */
export function maskFromRLE(rle: RLE): Mask {
  const known = parsed.get(rle);
  if (known !== undefined) return known;
  const mask = maskFromRuns(rle.size, parseCounts(rle.counts));
  parsed.set(rle, mask);
  return mask;
}

export function maskToRLE(mask: Mask): RLE {
  const rle: RLE = {
    size: [mask.size_hw[0], mask.size_hw[1]],
    counts: formatCounts(runsOf(mask)),
  };
  parsed.set(rle, mask);
  return rle;
}

/** Whether the pixel under a point belongs to the mask: a search, nothing is unpacked. */
export function contains(mask: Mask, at: ImagePoint): boolean {
  const { box, ends } = mask;
  const x = Math.floor(at.x);
  const y = Math.floor(at.y);
  if (box === null || x < box.x0 || y < box.y0 || x >= box.x1 || y >= box.y1) return false;
  const index = x * mask.size_hw[0] + y;
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) > index) high = middle;
    else low = middle + 1;
  }
  return low % 2 === 1;
}

/** Unpack the part of a mask that lies in a box, which may reach beyond the image. */
export function toBitmap(mask: Mask, box: Box): Bitmap {
  const height = mask.size_hw[0];
  const width = box.x1 - box.x0;
  const data = new Uint8Array(width * (box.y1 - box.y0));
  for (let index = 1; index < mask.ends.length; index += 2) {
    const start = mask.ends[index - 1] as number;
    const end = mask.ends[index] as number;
    const last = Math.min(Math.floor((end - 1) / height), box.x1 - 1);
    for (let x = Math.max(Math.floor(start / height), box.x0); x <= last; x += 1) {
      const top = Math.max(start - x * height, box.y0, 0);
      const bottom = Math.min(end - x * height, box.y1, height);
      for (let y = top; y < bottom; y += 1) data[(y - box.y0) * width + x - box.x0] = 1;
    }
  }
  return { box, data };
}

/** Pack a bitmap; everything outside it is background. */
export function fromBitmap({ box, data }: Bitmap, size_hw: SizeHW): Mask {
  const height = size_hw[0];
  const width = box.x1 - box.x0;
  const rows = box.y1 - box.y0;
  const runs: number[] = [];
  let value = 0;
  let start = 0;
  for (let x = 0; x < width; x += 1) {
    const column = (x + box.x0) * height + box.y0;
    for (let y = 0; y < rows; y += 1) {
      const pixel = data[y * width + x] as number;
      if (pixel === value) continue;
      runs.push(column + y - start);
      start = column + y;
      value = pixel;
    }
    const isLast = x === width - 1;
    if (value === 1 && (rows < height || isLast)) {
      runs.push(column + rows - start);
      start = column + rows;
      value = 0;
    }
  }
  const total = height * size_hw[1];
  if (start < total) runs.push(total - start);
  return maskFromRuns(size_hw, Uint32Array.from(runs));
}

export function emptyMask(size_hw: SizeHW): Mask {
  return maskFromRuns(size_hw, Uint32Array.of(size_hw[0] * size_hw[1]));
}

/** Whole pixels that a box touches, inside the image. */
export function pixelBox(box: Box, [height, width]: SizeHW): Box {
  return {
    x0: clamp(Math.floor(box.x0), 0, width),
    y0: clamp(Math.floor(box.y0), 0, height),
    x1: clamp(Math.ceil(box.x1), 0, width),
    y1: clamp(Math.ceil(box.y1), 0, height),
  };
}
