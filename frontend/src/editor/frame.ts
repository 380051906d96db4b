/**
 * SAM's frame of reference, as engine/segmentation/frame.py has it: a 1024 px square, the image
 * scaled into its top left corner. Both sides' tests read the same numbers.
 */

import {
  type Box,
  type ImagePoint,
  type SizeHW,
  sizeOf,
  type Window,
  wholeOf,
} from "@/editor/geometry";
import { fromBitmap, type Mask, toBitmap } from "@/editor/mask";

export const FRAME_SIDE = 1024;
export const LOGITS_SIDE = 256;
const TAPS = 3; // two bilinear steps in a row touch at most three neighbouring logits

/** Frame pixels per image pixel. */
export function scaleOf([height, width]: SizeHW): number {
  return FRAME_SIDE / Math.max(height, width);
}

export function toFrame(at: ImagePoint, size_hw: SizeHW): [number, number] {
  const scale = scaleOf(size_hw);
  return [at.x * scale, at.y * scale];
}

/** One axis of the resize: output i is the sum over t of weights[3 i + t] * logits[first[i] + t]. */
interface AxisWeights {
  readonly first: Uint16Array;
  readonly weights: Float32Array;
}

/**
 * The pixels whose logit is above zero after the resize to the image, or to the window of it that
 * the logits lie over.
 *
 * Equal to SAM's postprocess_masks (bilinear to 1024, crop the padding, bilinear to the image,
 * corners not aligned). A resized logit is a mean of its neighbours, so only the pixels near a
 * positive one are computed.
 */
export function maskOfLogits(
  logits: Float32Array,
  size_hw: SizeHW,
  window: Window = wholeOf(size_hw),
): Mask {
  const { height, width } = window;
  const seen_hw = sizeOf(window);
  const rows = axisWeights(height, scaledLength(height, seen_hw));
  const columns = axisWeights(width, scaledLength(width, seen_hw));
  const positive = positiveBox(logits);
  const [x0, x1] = readers(columns, positive.x0, positive.x1);
  const [y0, y1] = readers(rows, positive.y0, positive.y1);
  const box: Box = { x0, y0, x1, y1 };
  const data = new Uint8Array((x1 - x0) * (y1 - y0));
  const line = new Float32Array(LOGITS_SIDE + TAPS);
  let out = 0;
  for (let y = box.y0; y < box.y1; y += 1) {
    blendRows(logits, rows, y, line);
    for (let x = box.x0; x < box.x1; x += 1) {
      const at = columns.first[x] as number;
      const value =
        (columns.weights[TAPS * x] as number) * (line[at] as number) +
        (columns.weights[TAPS * x + 1] as number) * (line[at + 1] as number) +
        (columns.weights[TAPS * x + 2] as number) * (line[at + 2] as number);
      data[out] = value > 0 ? 1 : 0;
      out += 1;
    }
  }
  const { x, y } = window;
  const placed: Box = { x0: x0 + x, y0: y0 + y, x1: x1 + x, y1: y1 + y };
  return fromBitmap({ box: placed, data }, size_hw);
}

/** All resized logits, (H, W) row-major. For checks; the editor needs only their signs. */
export function upscaleLogits(logits: Float32Array, size_hw: SizeHW): Float32Array {
  const [height, width] = size_hw;
  const rows = axisWeights(height, scaledLength(height, size_hw));
  const columns = axisWeights(width, scaledLength(width, size_hw));
  const line = new Float32Array(LOGITS_SIDE + TAPS);
  const out = new Float32Array(height * width);
  for (let y = 0; y < height; y += 1) {
    blendRows(logits, rows, y, line);
    for (let x = 0; x < width; x += 1) {
      let value = 0;
      for (let tap = 0; tap < TAPS; tap += 1) {
        const at = (columns.first[x] as number) + tap;
        value += (columns.weights[TAPS * x + tap] as number) * (line[at] as number);
      }
      out[y * width + x] = value;
    }
  }
  return out;
}

/**
 * Logits that say what a mask says, to correct a mask whose own logits are not known.
 *
 * The mean of the mask over each logit's square, from -strength (outside) to +strength (inside).
 */
export function logitsOfMask(mask: Mask, strength = 8): Float32Array {
  const logits = new Float32Array(LOGITS_SIDE * LOGITS_SIDE).fill(-strength);
  if (mask.box === null) return logits;
  const { box, data } = toBitmap(mask, mask.box);
  const share = (scaleOf(mask.size_hw) * LOGITS_SIDE) / FRAME_SIDE; // logits per pixel
  const width = box.x1 - box.x0;
  const first = { x: Math.floor(box.x0 * share), y: Math.floor(box.y0 * share) };
  const last = { x: Math.ceil(box.x1 * share), y: Math.ceil(box.y1 * share) };
  for (let row = first.y; row < Math.min(last.y, LOGITS_SIDE); row += 1) {
    for (let column = first.x; column < Math.min(last.x, LOGITS_SIDE); column += 1) {
      let inside = 0;
      for (let sample = 0; sample < 16; sample += 1) {
        const x = Math.floor((column + ((sample % 4) + 0.5) / 4) / share) - box.x0;
        const y = Math.floor((row + (Math.floor(sample / 4) + 0.5) / 4) / share) - box.y0;
        if (x >= 0 && x < width && y >= 0 && y < box.y1 - box.y0) {
          inside += data[y * width + x] as number;
        }
      }
      logits[row * LOGITS_SIDE + column] = strength * (inside / 8 - 1);
    }
  }
  return logits;
}

/** Length of one side inside the frame, rounded as SAM's ResizeLongestSide. */
function scaledLength(length: number, size_hw: SizeHW): number {
  return Math.floor(length * scaleOf(size_hw) + 0.5);
}

const cache = new Map<string, AxisWeights>();

function axisWeights(length: number, scaled: number): AxisWeights {
  const key = `${length}/${scaled}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size > 64) cache.clear();
  const first = new Uint16Array(length);
  const weights = new Float32Array(TAPS * length);
  for (let index = 0; index < length; index += 1) {
    const outer = bilinear(index, scaled, length);
    const inner = [outer.below, outer.above].map((at) => bilinear(at, LOGITS_SIDE, FRAME_SIDE));
    const start = inner[0]?.below ?? 0;
    first[index] = start;
    for (const [tap, share] of [1 - outer.share, outer.share].entries()) {
      const { below, above, share: part } = inner[tap] as Tap;
      (weights[TAPS * index + below - start] as number) += share * (1 - part);
      (weights[TAPS * index + above - start] as number) += share * part;
    }
  }
  const result = { first, weights };
  cache.set(key, result);
  return result;
}

interface Tap {
  readonly below: number;
  readonly above: number;
  readonly share: number; // of `above`
}

/** Where output `index` of `out` reads among `source` values; float32 as torch and numpy do. */
function bilinear(index: number, source: number, out: number): Tap {
  const at = Math.fround(Math.max((index + 0.5) * (source / out) - 0.5, 0));
  const below = Math.min(Math.floor(at), source - 1);
  return { below, above: Math.min(below + 1, source - 1), share: Math.fround(at - below) };
}

function blendRows(logits: Float32Array, rows: AxisWeights, y: number, line: Float32Array): void {
  const start = (rows.first[y] as number) * LOGITS_SIDE;
  const a = rows.weights[TAPS * y] as number;
  const b = rows.weights[TAPS * y + 1] as number;
  const c = rows.weights[TAPS * y + 2] as number;
  const second = Math.min(start + LOGITS_SIDE, logits.length - LOGITS_SIDE);
  const third = Math.min(start + 2 * LOGITS_SIDE, logits.length - LOGITS_SIDE);
  for (let x = 0; x < LOGITS_SIDE; x += 1) {
    line[x] =
      a * (logits[start + x] as number) +
      b * (logits[second + x] as number) +
      c * (logits[third + x] as number);
  }
}

function positiveBox(logits: Float32Array): Box {
  let [x0, y0, x1, y1] = [LOGITS_SIDE, LOGITS_SIDE, 0, 0];
  for (let y = 0; y < LOGITS_SIDE; y += 1) {
    const row = y * LOGITS_SIDE;
    for (let x = 0; x < LOGITS_SIDE; x += 1) {
      if ((logits[row + x] as number) <= 0) continue;
      if (x < x0) x0 = x;
      if (x >= x1) x1 = x + 1;
      if (y < y0) y0 = y;
      y1 = y + 1;
    }
  }
  return { x0, y0, x1, y1 };
}

/** The outputs of an axis, from and to, that read any logit from `low` to below `high`. */
function readers({ first }: AxisWeights, low: number, high: number): [from: number, to: number] {
  if (low >= high) return [0, 0];
  let from = 0;
  while (from < first.length && (first[from] as number) + TAPS <= low) from += 1;
  let to = from;
  while (to < first.length && (first[to] as number) < high) to += 1;
  return [from, to];
}
