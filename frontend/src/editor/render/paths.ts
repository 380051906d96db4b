/** Masks as canvas paths, made once for each mask. */

import type { Mask } from "@/editor/mask";
import { type Ring, smoothRing, thinRing, traceContours } from "@/editor/render/contours";

interface Paths {
  readonly rings: readonly Ring[];
  coarse: Path2D | null;
  smooth: Path2D | null;
  exact: Path2D | null;
}

// A line costs by its corners: those on the way go, which are two in three. Half a pixel of the
// image halves the rest, and is not seen while that is a third of a pixel on the screen.
const TOLERANCE_PX = 0.01; // of the image
const COARSE_TOLERANCE_PX = 0.5;
const SMOOTH_FROM_SCALE = 0.72;
const EXACT_FROM_SCALE = 6; // from here on single pixels matter, and are shown as they are

const cache = new WeakMap<Mask, Paths>();

/** Do what takes longest of `pathOf`, before it is asked for. */
export function traceAhead(mask: Mask): void {
  pathsOf(mask);
}

/** The outline of a mask in image pixels, for filling and stroking. */
export function pathOf(mask: Mask, scale: number): Path2D {
  const paths = pathsOf(mask);
  if (scale >= EXACT_FROM_SCALE) {
    paths.exact ??= toPath(paths.rings);
    return paths.exact;
  }
  if (scale >= SMOOTH_FROM_SCALE) {
    paths.smooth ??= smoothPath(paths.rings, TOLERANCE_PX);
    return paths.smooth;
  }
  paths.coarse ??= smoothPath(paths.rings, COARSE_TOLERANCE_PX);
  return paths.coarse;
}

function pathsOf(mask: Mask): Paths {
  let paths = cache.get(mask);
  if (paths === undefined) {
    paths = { rings: traceContours(mask), coarse: null, smooth: null, exact: null };
    cache.set(mask, paths);
  }
  return paths;
}

function smoothPath(rings: readonly Ring[], tolerance_px: number): Path2D {
  return toPath(rings.map((ring) => thinRing(smoothRing(ring), tolerance_px)));
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
