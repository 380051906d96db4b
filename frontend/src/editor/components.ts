/** The pieces and the holes of a mask. */

import type { ImagePoint } from "@/editor/geometry";
import type { Mask } from "@/editor/mask";
import { subtract, union } from "@/editor/mask-sets";
import { backgroundStrips, maskOfParts, objectStrips, partAt, type Strips } from "@/editor/strips";

/** Set every pixel of every hole. */
export function fillHoles(mask: Mask): Mask {
  const background = backgroundStrips(mask);
  const open = openParts(background);
  if (open.size === background.areas_px.length) return mask;
  return union(
    mask,
    maskOfParts(background, (part) => !open.has(part)),
  );
}

/** Set the hole that a point lies in. The same mask when it lies in none. */
export function fillHoleAt(mask: Mask, at: ImagePoint): Mask {
  const hole = holeAt(mask, at);
  return hole === null ? mask : union(mask, hole);
}

/** The hole that a point lies in, as a mask of its own; null when it lies in none. */
export function holeAt(mask: Mask, at: ImagePoint): Mask | null {
  if (!isInBox(mask, at)) return null;
  const background = backgroundStrips(mask);
  const hole = partAt(background, at);
  if (hole === null || openParts(background).has(hole)) return null;
  return maskOfParts(background, (part) => part === hole);
}

/** Clear the piece that a point lies in. The same mask when it lies in none. */
export function dropPieceAt(mask: Mask, at: ImagePoint): Mask {
  const strips = objectStrips(mask);
  const piece = partAt(strips, at);
  if (piece === null) return mask;
  return subtract(
    mask,
    maskOfParts(strips, (part) => part === piece),
  );
}

/** The areas of the pieces, the largest first. */
export function pieceAreas(mask: Mask): number[] {
  return [...objectStrips(mask).areas_px].sort((a, b) => b - a);
}

/** Clear the pieces below an area. The largest piece always stays. */
export function dropSpecks(mask: Mask, below_px: number): Mask {
  const strips = objectStrips(mask);
  const { areas_px } = strips;
  const least_px = Math.min(below_px, Math.max(...areas_px, 0));
  if (areas_px.every((area_px) => area_px >= least_px)) return mask;
  return maskOfParts(strips, (part) => (areas_px[part] as number) >= least_px);
}

/** The area below which a piece of a mask is a speck: a hundredth of it, and a few pixels always. */
export function speckSize_px({ area_px }: Mask): number {
  return Math.max(Math.round(area_px / 100), 4);
}

function isInBox({ box }: Mask, { x, y }: ImagePoint): boolean {
  return box !== null && x >= box.x0 && y >= box.y0 && x < box.x1 && y < box.y1;
}

/** The parts of the background that reach the rim of the mask's box: nothing encloses them. */
function openParts({ mask, x, top, bottom, part }: Strips): Set<number> {
  const { box } = mask;
  const open = new Set<number>();
  for (let strip = 0; box !== null && strip < x.length; strip += 1) {
    const isAtSide = x[strip] === box.x0 || x[strip] === box.x1 - 1;
    if (isAtSide || top[strip] === box.y0 || bottom[strip] === box.y1) {
      open.add(part[strip] as number);
    }
  }
  return open;
}
