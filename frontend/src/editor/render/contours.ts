/** Outlines of masks, traced along the edges of their pixels. */

import { type Bitmap, type Mask, toBitmap } from "@/editor/mask";

/** A closed line of corners, x and y in turn, in image pixels; the object is on its right hand. */
export type Ring = readonly number[];

const STEP_X = [1, 0, -1, 0]; // right, down, left, up
const STEP_Y = [0, 1, 0, -1];

/** Every outline of a mask: outer ones clockwise on screen, holes the other way round. */
export function traceContours(mask: Mask): Ring[] {
  if (mask.box === null) return [];
  const bitmap = toBitmap(mask, mask.box);
  const width = mask.box.x1 - mask.box.x0;
  const height = mask.box.y1 - mask.box.y0;
  const isTraced = new Uint8Array(width * height); // the upper edge of each pixel
  const rings: Ring[] = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      if (bitmap.data[at] === 0 || isTraced[at] === 1) continue;
      if (y > 0 && bitmap.data[at - width] === 1) continue;
      rings.push(walk(bitmap, x, y, isTraced));
    }
  }
  return rings;
}

/** Walk along the edge from the upper left corner of pixel (x, y); diagonal pixels stay apart. */
function walk({ box, data }: Bitmap, x: number, y: number, isTraced: Uint8Array): number[] {
  const width = box.x1 - box.x0;
  const height = box.y1 - box.y0;
  const isSet = (px: number, py: number): boolean =>
    px >= 0 && py >= 0 && px < width && py < height && data[py * width + px] === 1;
  const ring: number[] = [];
  let [cx, cy, heading] = [x, y, 0];
  do {
    if (heading === 0) isTraced[cy * width + cx] = 1;
    const dx = STEP_X[heading] as number;
    const dy = STEP_Y[heading] as number;
    cx += dx;
    cy += dy;
    // The two pixels ahead: (-dy, dx) points to the right hand.
    const ahead = (side: number): boolean =>
      isSet(cx + (dx - side * dy - 1) / 2, cy + (dy + side * dx - 1) / 2);
    const turn = !ahead(1) ? 1 : ahead(-1) ? -1 : 0;
    if (turn !== 0) ring.push(cx + box.x0, cy + box.y0);
    heading = (heading + turn + 4) % 4;
  } while (cx !== x || cy !== y || heading !== 0);
  return ring;
}

/**
 * The same line with each corner cut by half a pixel: steps become slopes, which look like the
 * object and not like the grid.
 */
export function smoothRing(ring: Ring): Ring {
  const smooth: number[] = [];
  const count = ring.length;
  for (let index = 0; index < count; index += 2) {
    const x = ring[index] as number;
    const y = ring[index + 1] as number;
    const before = (index + count - 2) % count;
    const after = (index + 2) % count;
    const inX = Math.sign((ring[before] as number) - x) / 2;
    const inY = Math.sign((ring[before + 1] as number) - y) / 2;
    const outX = Math.sign((ring[after] as number) - x) / 2;
    const outY = Math.sign((ring[after + 1] as number) - y) / 2;
    smooth.push(x + inX, y + inY, x + outX, y + outY);
  }
  return smooth;
}

/**
 * The same line with fewer corners: none that is left out lies further than `tolerance` from it.
 *
 * From each corner that stays, a cone of the directions that pass near enough to all that follow
 * (Williams, "An efficient algorithm for the piecewise linear approximation of planar curves",
 * doi:10.1016/0146-664X(78)90055-2). One pass.
 */
export function thinRing(ring: Ring, tolerance: number): Ring {
  const count = ring.length / 2;
  const kept: number[] = [];
  let anchor = 0;
  while (anchor < count) {
    kept.push(ring[2 * anchor] as number, ring[2 * anchor + 1] as number);
    anchor = furthestFrom(ring, anchor, tolerance);
  }
  return kept.length < 6 ? ring : kept;
}

/** The last corner that a straight line from `anchor` may lead to; `count` is the first again. */
function furthestFrom(ring: Ring, anchor: number, tolerance: number): number {
  const count = ring.length / 2;
  const [ax, ay] = [ring[2 * anchor] as number, ring[2 * anchor + 1] as number];
  let [leftX, leftY, rightX, rightY] = [0, 0, 0, 0]; // the sides of the cone
  let isOpen = false;
  let reach = 0;
  for (let index = anchor + 1; index <= count; index += 1) {
    const at = 2 * (index % count);
    const dx = (ring[at] as number) - ax;
    const dy = (ring[at + 1] as number) - ay;
    const distance = Math.hypot(dx, dy);
    if (distance < reach - tolerance) return index - 1; // it turns back
    reach = Math.max(reach, distance);
    if (distance <= tolerance) continue;
    const isOutside = leftX * dy - leftY * dx < 0 || dx * rightY - dy * rightX < 0;
    if (isOpen && isOutside) return index - 1;
    const sine = tolerance / distance;
    const cosine = Math.sqrt(1 - sine * sine);
    const [fromX, fromY] = [dx * cosine + dy * sine, dy * cosine - dx * sine];
    const [toX, toY] = [dx * cosine - dy * sine, dy * cosine + dx * sine];
    if (!isOpen || leftX * fromY - leftY * fromX > 0) [leftX, leftY] = [fromX, fromY];
    if (!isOpen || toX * rightY - toY * rightX > 0) [rightX, rightY] = [toX, toY];
    isOpen = true;
  }
  return count;
}
