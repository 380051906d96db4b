/**
 * Windows: parts of an image that the encoder saw larger, for objects that are small in the whole.
 * As engine/segmentation/windows.py and clicking.py have it.
 */

import { LOGITS_SIDE, scaleOf } from "@/editor/frame";
import { type Box, type SizeHW, sizeOf, type Window } from "@/editor/geometry";
import type { Prompt } from "@/editor/operations";

const SMALL_PX = 100; // longer side of a small object as a window shows it, of 1024
const TOLD_SHARE = 0.5; // of the way to a click on the background that an object reaches
const NOTHING = -8; // what logits say outside of their own window

export function isSame(a: Window, b: Window): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

export function isNarrower(a: Window, b: Window): boolean {
  return Math.max(a.width, a.height) < Math.max(b.width, b.height);
}

/** How far a box keeps from the sides at which the window cuts the image, in pixels. */
export function marginOf(
  { x, y, width, height }: Window,
  box: Box,
  [rows, columns]: SizeHW,
): number {
  return Math.min(
    x > 0 ? box.x0 - x : Number.POSITIVE_INFINITY,
    y > 0 ? box.y0 - y : Number.POSITIVE_INFINITY,
    x + width < columns ? x + width - box.x1 : Number.POSITIVE_INFINITY,
    y + height < rows ? y + height - box.y1 : Number.POSITIVE_INFINITY,
  );
}

/**
 * The window through which an object is best seen; null where none is better than the whole image.
 *
 * The smallest that still shows it small; of those of one size the one that it lies deepest in.
 */
export function chooseWindow(box: Box, size_hw: SizeHW, windows: readonly Window[]): Window | null {
  const side = Math.max(box.x1 - box.x0, box.y1 - box.y0);
  const margin = (window: Window): number => marginOf(window, box, size_hw);
  const shows = windows.filter(
    (window) => side * scaleOf(sizeOf(window)) < SMALL_PX && margin(window) > 0,
  );
  const isBetter = (a: Window, b: Window): boolean => {
    return isNarrower(a, b) || (!isNarrower(b, a) && margin(a) > margin(b));
  };
  return shows.reduce<Window | null>(
    (best, window) => (best === null || isBetter(window, best) ? window : best),
    null,
  );
}

/**
 * The window for an object that ends half-way to the nearest click on the background.
 *
 * Null where no click tells of an end, or none of a small one; a box tells of its size itself.
 */
export function windowTold(
  prompts: readonly Prompt[],
  size_hw: SizeHW,
  windows: readonly Window[],
): Window | null {
  const points = prompts.filter((prompt) => prompt.kind === "point");
  const inside = points.filter(({ label }) => label === 1).map(({ xy }) => xy);
  const outside = points.filter(({ label }) => label === 0).map(({ xy }) => xy);
  if (points.length < prompts.length || inside.length === 0 || outside.length === 0) return null;
  const away = inside.flatMap(([x, y]) => outside.map((xy) => Math.hypot(x - xy[0], y - xy[1])));
  const reach_px = TOLD_SHARE * Math.min(...away);
  const [columns, rows] = [inside.map(([x]) => x), inside.map(([, y]) => y)];
  const box = {
    x0: Math.min(...columns) - reach_px,
    y0: Math.min(...rows) - reach_px,
    x1: Math.max(...columns) + reach_px,
    y1: Math.max(...rows) + reach_px,
  };
  return chooseWindow(box, size_hw, windows);
}

/** Whether all prompts of an image lie in a window. */
export function hasAll({ x, y, width, height }: Window, prompts: readonly Prompt[]): boolean {
  const has = (at: readonly [number, number]): boolean =>
    at[0] >= x && at[1] >= y && at[0] < x + width && at[1] < y + height;
  return prompts.every((prompt) => {
    if (prompt.kind === "point") return has(prompt.xy);
    const [x0, y0, x1, y1] = prompt.box_xyxy;
    return has([x0, y0]) && has([x1, y1]);
  });
}

/** Logits on the grid over one window, read on the grid over another. */
export function logitsThrough(logits: Float32Array, from: Window, to: Window): Float32Array {
  const out = new Float32Array(LOGITS_SIDE * LOGITS_SIDE);
  const columns = placesOn(from, to, "x");
  const rows = placesOn(from, to, "y");
  const at = (row: number, column: number): number => {
    const isThere = row >= 0 && column >= 0 && row < LOGITS_SIDE && column < LOGITS_SIDE;
    return isThere ? (logits[row * LOGITS_SIDE + column] as number) : NOTHING;
  };
  for (let index = 0; index < out.length; index += 1) {
    const row = rows[Math.floor(index / LOGITS_SIDE)] as number;
    const column = columns[index % LOGITS_SIDE] as number;
    const [above, left] = [Math.floor(row), Math.floor(column)];
    const [down, right] = [row - above, column - left];
    const upper = at(above, left) * (1 - right) + at(above, left + 1) * right;
    const lower = at(above + 1, left) * (1 - right) + at(above + 1, left + 1) * right;
    out[index] = upper * (1 - down) + lower * down;
  }
  return out;
}

/** Where the cells of one window's grid lie on another's, along one axis. */
function placesOn(from: Window, to: Window, axis: "x" | "y"): Float32Array {
  const cells = (window: Window): number => Math.max(window.width, window.height) / LOGITS_SIDE;
  const [own_px, cell_px] = [cells(from), cells(to)]; // image pixels a cell
  return Float32Array.from(
    { length: LOGITS_SIDE },
    (_, index) => ((index + 0.5) * cell_px + to[axis] - from[axis]) / own_px - 0.5,
  );
}
