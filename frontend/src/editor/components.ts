/**
 * The pieces and the holes of a mask.
 *
 * Pixels of a piece touch by a side or a corner; those of a hole by a side alone, so that a closed
 * line one pixel wide keeps what it encloses.
 */

import type { ImagePoint } from "@/editor/geometry";
import { type Bitmap, fromBitmap, type Mask, toBitmap } from "@/editor/mask";

/** Each pixel's piece, from 1 on; 0 is no piece. `areas_px[n]` is the area of piece n. */
export interface Labelled {
  readonly labels: Int32Array;
  readonly areas_px: readonly number[];
}

/** Whether one may go from pixel `from` to its neighbour `to` (indices into the bitmap). */
export type MayPass = (from: number, to: number) => boolean;

const SIDES = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;
const CORNERS = [
  [1, 1],
  [-1, 1],
  [-1, -1],
  [1, -1],
] as const;
const ALL = [...SIDES, ...CORNERS] as const;

/** The pieces of the set pixels. */
export function labelPieces(bitmap: Bitmap, mayPass?: MayPass): Labelled {
  return label(bitmap, 1, ALL, mayPass);
}

/** Set every pixel of every hole. */
export function fillHoles(mask: Mask): Mask {
  return fillWhere(mask, () => true);
}

/** Set the hole that a point lies in. The same mask when it lies in none. */
export function fillHoleAt(mask: Mask, at: ImagePoint): Mask {
  const index = indexIn(mask, at);
  return index === null ? mask : fillWhere(mask, (hole, labels) => labels[index] === hole);
}

/** The hole that a point lies in, as a mask of its own; null when it lies in none. */
export function holeAt(mask: Mask, at: ImagePoint): Mask | null {
  const index = indexIn(mask, at);
  if (index === null || mask.box === null) return null;
  const bitmap = toBitmap(mask, mask.box);
  const holes = label(bitmap, 0, SIDES);
  const wanted = holes.labels[index] as number;
  if (wanted === 0 || edgeLabels(bitmap, holes).has(wanted)) return null;
  const data = bitmap.data.map((_, pixel) => (holes.labels[pixel] === wanted ? 1 : 0));
  return fromBitmap({ box: bitmap.box, data }, mask.size_hw);
}

/** Clear the piece that a point lies in. The same mask when it lies in none. */
export function dropPieceAt(mask: Mask, at: ImagePoint): Mask {
  const index = indexIn(mask, at);
  if (index === null || mask.box === null) return mask;
  const bitmap = toBitmap(mask, mask.box);
  if (bitmap.data[index] === 0) return mask;
  const { labels } = labelPieces(bitmap);
  const gone = labels[index];
  const data = bitmap.data.map((value, pixel) => (labels[pixel] === gone ? 0 : value));
  return fromBitmap({ box: bitmap.box, data }, mask.size_hw);
}

/** The areas of the pieces, the largest first. */
export function pieceAreas(mask: Mask): number[] {
  if (mask.box === null) return [];
  const { areas_px } = labelPieces(toBitmap(mask, mask.box));
  return areas_px.slice(1).sort((a, b) => b - a);
}

/** Clear the pieces below an area. The largest piece always stays. */
export function dropSpecks(mask: Mask, below_px: number): Mask {
  if (mask.box === null) return mask;
  const bitmap = toBitmap(mask, mask.box);
  const { labels, areas_px } = labelPieces(bitmap);
  const least_px = Math.min(below_px, Math.max(...areas_px.slice(1)));
  if (areas_px.every((area_px, piece) => piece === 0 || area_px >= least_px)) return mask;
  const data = bitmap.data.map((value, pixel) =>
    value === 1 && (areas_px[labels[pixel] as number] as number) < least_px ? 0 : value,
  );
  return fromBitmap({ box: bitmap.box, data }, mask.size_hw);
}

/** The area below which a piece of a mask is a speck: a hundredth of it, and a few pixels always. */
export function speckSize_px({ area_px }: Mask): number {
  return Math.max(Math.round(area_px / 100), 4);
}

function fillWhere(mask: Mask, isMeant: (hole: number, labels: Int32Array) => boolean): Mask {
  if (mask.box === null) return mask;
  const bitmap = toBitmap(mask, mask.box);
  const holes = label(bitmap, 0, SIDES);
  const open = edgeLabels(bitmap, holes);
  const isFilled = holes.areas_px.map(
    (_, hole) => hole > 0 && !open.has(hole) && isMeant(hole, holes.labels),
  );
  if (!isFilled.includes(true)) return mask;
  const data = bitmap.data.map((value, pixel) =>
    isFilled[holes.labels[pixel] as number] ? 1 : value,
  );
  return fromBitmap({ box: bitmap.box, data }, mask.size_hw);
}

function indexIn({ box }: Mask, at: ImagePoint): number | null {
  if (box === null) return null;
  const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
  if (x < box.x0 || y < box.y0 || x >= box.x1 || y >= box.y1) return null;
  return (y - box.y0) * (box.x1 - box.x0) + x - box.x0;
}

/** The labels on the rim: background that reaches it is not enclosed. */
function edgeLabels({ box }: Bitmap, { labels }: Labelled): Set<number> {
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  const found = new Set<number>();
  for (let x = 0; x < width; x += 1) {
    found.add(labels[x] as number).add(labels[(height - 1) * width + x] as number);
  }
  for (let y = 0; y < height; y += 1) {
    found.add(labels[y * width] as number).add(labels[y * width + width - 1] as number);
  }
  return found;
}

function label(
  { box, data }: Bitmap,
  value: 0 | 1,
  steps: readonly (readonly [number, number])[],
  mayPass?: MayPass,
): Labelled {
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  const labels = new Int32Array(data.length);
  const areas_px = [0];
  const stack = new Int32Array(data.length);
  for (let seed = 0; seed < data.length; seed += 1) {
    if (data[seed] !== value || labels[seed] !== 0) continue;
    const piece = areas_px.length;
    let [depth, area_px] = [1, 0];
    stack[0] = seed;
    labels[seed] = piece;
    while (depth > 0) {
      depth -= 1;
      area_px += 1;
      const from = stack[depth] as number;
      const x = from % width;
      const y = (from - x) / width;
      for (const [dx, dy] of steps) {
        if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
        const to = from + dy * width + dx;
        if (data[to] !== value || labels[to] !== 0) continue;
        if (mayPass !== undefined && !mayPass(from, to)) continue;
        labels[to] = piece;
        stack[depth] = to;
        depth += 1;
      }
    }
    areas_px.push(area_px);
  }
  return { labels, areas_px };
}
