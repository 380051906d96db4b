/** The outline of a mask as corners that a person moves, and the mask back from them. */

import type { ImagePoint, SizeHW } from "@/editor/geometry";
import type { Mask } from "@/editor/mask";
import { difference, subtract, union } from "@/editor/mask-sets";
import { fillRings } from "@/editor/raster";
import { type Ring, traceContours } from "@/editor/render/contours";

export type { Ring };

/** Which corner of which ring. */
export interface CornerRef {
  readonly ring: number;
  readonly corner: number;
}

const TOLERANCE_PX = 1; // how far a mask's edge may lie from its outline

/** Few corners that follow the edge of a mask closely. Tiny rings are left out. */
export function outlineOf(mask: Mask, tolerance_px = TOLERANCE_PX): Ring[] {
  return traceContours(mask)
    .map((ring) => simplifyRing(ring, tolerance_px))
    .filter((ring) => ring.length >= 6);
}

/**
 * The mask after a person moved corners from `before` to `after`.
 *
 * An outline is only near the edge of its mask. So not the outline becomes the mask: the pixels
 * that the moves brought in or put out are, and no pixel changes where nothing was moved.
 */
export function reshapeByOutline(
  mask: Mask,
  before: readonly Ring[],
  after: readonly Ring[],
): Mask {
  const [old, now] = [fillRings(before, mask.size_hw), fillRings(after, mask.size_hw)];
  const touched = difference(old, now);
  return union(subtract(mask, touched), subtract(now, old));
}

export function moveCorner(rings: readonly Ring[], ref: CornerRef, to: ImagePoint): Ring[] {
  return changeRing(rings, ref.ring, (ring) => {
    const moved = [...ring];
    moved.splice(2 * ref.corner, 2, to.x, to.y);
    return moved;
  });
}

/** Remove a corner; a ring that has only three goes as a whole. */
export function removeCorner(rings: readonly Ring[], ref: CornerRef): Ring[] {
  if ((rings[ref.ring]?.length ?? 0) <= 6) return rings.filter((_, index) => index !== ref.ring);
  return changeRing(rings, ref.ring, (ring) => {
    const fewer = [...ring];
    fewer.splice(2 * ref.corner, 2);
    return fewer;
  });
}

/** Put a new corner before corner `ref`. */
export function insertCorner(rings: readonly Ring[], ref: CornerRef, at: ImagePoint): Ring[] {
  return changeRing(rings, ref.ring, (ring) => {
    const more = [...ring];
    more.splice(2 * ref.corner, 0, at.x, at.y);
    return more;
  });
}

/** The nearest corner within reach. */
export function cornerAt(
  rings: readonly Ring[],
  at: ImagePoint,
  reach_px: number,
): CornerRef | null {
  let found: CornerRef | null = null;
  let nearest = reach_px;
  rings.forEach((points, ring) => {
    for (let index = 0; index < points.length; index += 2) {
      const away = Math.hypot(
        (points[index] as number) - at.x,
        (points[index + 1] as number) - at.y,
      );
      if (away > nearest) continue;
      nearest = away;
      found = { ring, corner: index / 2 };
    }
  });
  return found;
}

/** The edge within reach, named by the corner that it leads to. */
export function edgeAt(rings: readonly Ring[], at: ImagePoint, reach_px: number): CornerRef | null {
  let found: CornerRef | null = null;
  let nearest = reach_px;
  rings.forEach((points, ring) => {
    for (let index = 0; index < points.length; index += 2) {
      const away = distanceToEdge(points, index, (index + 2) % points.length, at);
      if (away > nearest) continue;
      nearest = away;
      found = { ring, corner: index / 2 + 1 };
    }
  });
  return found;
}

/** Leave out the corners that are not needed to stay within the tolerance (Douglas, Peucker 1973). */
export function simplifyRing(ring: Ring, tolerance_px: number): Ring {
  const count = ring.length / 2;
  if (count <= 3) return ring;
  const isKept = new Uint8Array(count + 1);
  const far = farthestFrom(ring, 0);
  isKept[0] = 1;
  isKept[far] = 1;
  const closed = [...ring, ring[0] as number, ring[1] as number];
  const parts: [number, number][] = [
    [0, far],
    [far, count],
  ];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const [from, to] = part;
    let [worst, most] = [-1, tolerance_px];
    for (let at = from + 1; at < to; at += 1) {
      const point = { x: closed[2 * at] as number, y: closed[2 * at + 1] as number };
      const away = distanceToEdge(closed, 2 * from, 2 * to, point);
      if (away > most) [worst, most] = [at, away];
    }
    if (worst === -1) continue;
    isKept[worst] = 1;
    parts.push([from, worst], [worst, to]);
  }
  return ring.filter((_, index) => isKept[index >> 1] === 1);
}

export function ringOf(points: readonly ImagePoint[]): Ring {
  return points.flatMap(({ x, y }) => [x, y]);
}

/** The mask inside one closed line. */
export function areaInside(points: readonly ImagePoint[], size_hw: SizeHW): Mask {
  return fillRings([ringOf(points)], size_hw);
}

function changeRing(rings: readonly Ring[], which: number, change: (ring: Ring) => Ring): Ring[] {
  return rings.map((ring, index) => (index === which ? change(ring) : ring));
}

function farthestFrom(ring: Ring, start: number): number {
  let [far, most] = [start, -1];
  for (let at = 0; at < ring.length / 2; at += 1) {
    const dx = (ring[2 * at] as number) - (ring[2 * start] as number);
    const dy = (ring[2 * at + 1] as number) - (ring[2 * start + 1] as number);
    if (Math.hypot(dx, dy) > most) [far, most] = [at, Math.hypot(dx, dy)];
  }
  return far;
}

/** From a point to the line between two corners, given by their places in the list of numbers. */
function distanceToEdge(points: Ring, from: number, to: number, { x, y }: ImagePoint): number {
  const [x0, y0] = [points[from] as number, points[from + 1] as number];
  const [dx, dy] = [(points[to] as number) - x0, (points[to + 1] as number) - y0];
  const length2 = dx * dx + dy * dy;
  const raw = length2 === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / length2;
  const along = Math.min(Math.max(raw, 0), 1);
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}
