/**
 * Masks as strips: the runs of single columns, which touch or do not.
 *
 * There are a few thousand strips where there are a million pixels, so the pieces and holes of a
 * mask are found among them in a millisecond.
 */

import type { ImagePoint } from "@/editor/geometry";
import { type Mask, maskFromRuns } from "@/editor/mask";

/** The strips of a mask or of the background in its box, column by column from top to bottom. */
export interface Strips {
  readonly mask: Mask;
  readonly x: readonly number[];
  readonly top: readonly number[];
  readonly bottom: readonly number[]; // exclusive
  /** The number of the connected part that each strip belongs to, from 0 on. */
  readonly part: Int32Array;
  readonly areas_px: readonly number[]; // of the parts
}

/** The object's strips. Its parts hold together by a side or a corner of a pixel. */
export function objectStrips(mask: Mask): Strips {
  const height = mask.size_hw[0];
  const [x, top, bottom]: number[][] = [[], [], []];
  for (let index = 1; index < mask.ends.length; index += 2) {
    let start = mask.ends[index - 1] as number;
    const end = mask.ends[index] as number;
    while (start < end) {
      const column = Math.floor(start / height);
      const stop = Math.min(end, (column + 1) * height);
      (x as number[]).push(column);
      (top as number[]).push(start - column * height);
      (bottom as number[]).push(stop - column * height);
      start = stop;
    }
  }
  return connect(mask, { x: x as number[], top: top as number[], bottom: bottom as number[] }, 1);
}

/**
 * The strips of the background in the mask's box. Its parts hold together by the sides of pixels
 * alone, so that a closed line one pixel wide keeps what it encloses.
 */
export function backgroundStrips(mask: Mask): Strips {
  const found = { x: [] as number[], top: [] as number[], bottom: [] as number[] };
  const { box } = mask;
  if (box === null) return connect(mask, found, 0);
  const object = objectStrips(mask);
  let at = 0;
  const add = (x: number, top: number, bottom: number): void => {
    if (top >= bottom) return;
    found.x.push(x);
    found.top.push(top);
    found.bottom.push(bottom);
  };
  for (let x = box.x0; x < box.x1; x += 1) {
    let from = box.y0;
    for (; object.x[at] === x; at += 1) {
      add(x, from, object.top[at] as number);
      from = object.bottom[at] as number;
    }
    add(x, from, box.y1);
  }
  return connect(mask, found, 0);
}

/** The part that a point lies in, or null. */
export function partAt({ x, top, bottom, part }: Strips, at: ImagePoint): number | null {
  const [column, row] = [Math.floor(at.x), Math.floor(at.y)];
  for (let strip = 0; strip < x.length; strip += 1) {
    const isHere = x[strip] === column && (top[strip] as number) <= row;
    if (isHere && row < (bottom[strip] as number)) return part[strip] as number;
  }
  return null;
}

/** Some parts as a mask. */
export function maskOfParts(
  { mask, x, top, bottom, part }: Strips,
  isIn: (part: number) => boolean,
): Mask {
  const [height, width] = mask.size_hw;
  const runs: number[] = [];
  let end = 0;
  for (let strip = 0; strip < x.length; strip += 1) {
    if (!isIn(part[strip] as number)) continue;
    const start = (x[strip] as number) * height + (top[strip] as number);
    const length = (bottom[strip] as number) - (top[strip] as number);
    if (start === end && runs.length > 0) (runs[runs.length - 1] as number) += length;
    else runs.push(start - end, length);
    end = start + length;
  }
  if (end < height * width) runs.push(height * width - end);
  return maskFromRuns(mask.size_hw, Uint32Array.from(runs));
}

/** Find which strips hold together; `reach` is 1 when corners count. */
function connect(mask: Mask, strips: Pick<Strips, "x" | "top" | "bottom">, reach: 0 | 1): Strips {
  const { x, top, bottom } = strips;
  const parent = Int32Array.from(x, (_, strip) => strip);
  let other = 0; // the first strip of the column before that may still touch
  for (let strip = 0; strip < x.length; strip += 1) {
    const before = (x[strip] as number) - 1;
    while (isPast(strips, other, before, (top[strip] as number) - reach)) other += 1;
    for (let next = other; x[next] === before; next += 1) {
      if ((top[next] as number) >= (bottom[strip] as number) + reach) break;
      parent[rootOf(parent, strip)] = rootOf(parent, next);
    }
  }
  return { mask, ...strips, ...numberParts(strips, parent) };
}

/** Whether a strip lies before a column, or in it and ends at or above a row. */
function isPast(
  { x, bottom }: Pick<Strips, "x" | "bottom">,
  strip: number,
  column: number,
  row: number,
): boolean {
  const at = x[strip];
  if (at === undefined || at > column) return false;
  return at < column || (bottom[strip] as number) <= row;
}

function rootOf(parent: Int32Array, strip: number): number {
  let root = strip;
  while (parent[root] !== root) {
    parent[root] = parent[parent[root] as number] as number;
    root = parent[root] as number;
  }
  return root;
}

function numberParts(
  { x, top, bottom }: Pick<Strips, "x" | "top" | "bottom">,
  parent: Int32Array,
): Pick<Strips, "part" | "areas_px"> {
  const numbers = new Map<number, number>();
  const areas_px: number[] = [];
  const part = new Int32Array(x.length);
  for (let strip = 0; strip < x.length; strip += 1) {
    const root = rootOf(parent, strip);
    const number = numbers.get(root) ?? areas_px.length;
    numbers.set(root, number);
    part[strip] = number;
    const area_px = (bottom[strip] as number) - (top[strip] as number);
    areas_px[number] = (areas_px[number] ?? 0) + area_px;
  }
  return { part, areas_px };
}
