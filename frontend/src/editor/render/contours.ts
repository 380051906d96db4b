/** Outlines of masks, traced along the edges of their pixels. */

import { type Bitmap, type Mask, toBitmap } from "@/editor/mask";

/** A closed line of corners, x and y in turn, in image pixels; the object is on its right hand. */
export type Ring = readonly number[];

const TRACED = 2; // a pixel whose upper edge is on an outline already

/** Every outline of a mask: outer ones clockwise on screen, holes the other way round. */
export function traceContours(mask: Mask): Ring[] {
  if (mask.box === null) return [];
  const { x0, y0, x1, y1 } = mask.box;
  // A rim of background around it: no pixel lies at the edge.
  const bitmap = toBitmap(mask, { x0: x0 - 1, y0: y0 - 1, x1: x1 + 1, y1: y1 + 1 });
  const { data } = bitmap;
  const width = x1 - x0 + 2;
  const rings: Ring[] = [];
  for (let at = width; at < data.length - width; at += 1) {
    if (data[at] === 1 && data[at - width] === 0) rings.push(walk(bitmap, at));
  }
  return rings;
}

/**
 * Walk along the edges from the upper left corner of a pixel; diagonal pixels stay apart.
 *
 * A corner has the index of the pixel below and to the right of it.
 */
function walk({ box, data }: Bitmap, start: number): number[] {
  const width = box.x1 - box.x0;
  // By heading: right, down, left, up.
  const steps = [1, width, -1, -width];
  const aheadOnTheRight = [0, -1, -width - 1, -width];
  const aheadOnTheLeft = [-width, 0, -1, -width - 1];
  const ring: number[] = [];
  let [at, heading] = [start, 0];
  do {
    if (heading === 0) data[at] = TRACED;
    at += steps[heading] as number;
    const isOpen = data[at + (aheadOnTheRight[heading] as number)] === 0;
    const isBlocked = !isOpen && data[at + (aheadOnTheLeft[heading] as number)] !== 0;
    if (isOpen || isBlocked) {
      ring.push((at % width) + box.x0, Math.floor(at / width) + box.y0);
      heading = (heading + (isOpen ? 1 : 3)) % 4;
    }
  } while (at !== start || heading !== 0);
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
