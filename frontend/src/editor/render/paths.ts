/** Masks as canvas paths, made once for each mask. */

import type { Mask } from "@/editor/mask";
import { type Ring, smoothRing, thinRing, traceContours } from "@/editor/render/contours";

interface Paths {
  readonly rings: readonly Ring[];
  readonly smooth: Path2D;
  exact: Path2D | null;
}

// A line costs by its corners: those on the way go, which are two in three. More, up to half a
// pixel, would halve the rest, and be seen.
const TOLERANCE_PX = 0.01; // of the image
const EXACT_FROM_SCALE = 6; // from here on single pixels matter, and are shown as they are

const cache = new WeakMap<Mask, Paths>();

/** The outline of a mask in image pixels, for filling and stroking. */
export function pathOf(mask: Mask, scale: number): Path2D {
  let paths = cache.get(mask);
  if (paths === undefined) {
    const rings = traceContours(mask);
    const smooth = rings.map((ring) => thinRing(smoothRing(ring), TOLERANCE_PX));
    paths = { rings, smooth: toPath(smooth), exact: null };
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
