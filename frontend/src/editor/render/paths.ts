/** Masks as canvas paths, made once for each mask. */

import type { Mask } from "@/editor/mask";
import { type Ring, smoothRing, traceContours } from "@/editor/render/contours";

interface Paths {
  readonly rings: readonly Ring[];
  readonly smooth: Path2D;
  exact: Path2D | null;
}

const EXACT_FROM_SCALE = 6; // from here on single pixels matter, and are shown as they are

const cache = new WeakMap<Mask, Paths>();

/** The outline of a mask in image pixels, for filling and stroking. */
export function pathOf(mask: Mask, scale: number): Path2D {
  let paths = cache.get(mask);
  if (paths === undefined) {
    const rings = traceContours(mask);
    paths = { rings, smooth: toPath(rings.map(smoothRing)), exact: null };
    cache.set(mask, paths);
  }
  if (scale < EXACT_FROM_SCALE) return paths.smooth;
  paths.exact ??= toPath(paths.rings);
  return paths.exact;
}

function toPath(rings: readonly Ring[]): Path2D {
  const path = new Path2D();
  for (const ring of rings) {
    path.moveTo(ring[0] as number, ring[1] as number);
    for (let at = 2; at < ring.length; at += 2) {
      path.lineTo(ring[at] as number, ring[at + 1] as number);
    }
    path.closePath();
  }
  return path;
}
