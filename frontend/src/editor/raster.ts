/** Closed lines turned into masks, column by column as RLE has its pixels. */

import type { SizeHW } from "@/editor/geometry";
import { type Mask, maskFromRuns } from "@/editor/mask";
import type { Ring } from "@/editor/render/contours";

interface Crossing {
  readonly y: number;
  readonly turn: 1 | -1; // which way the line goes there
}

/**
 * The pixels whose centre the rings go around (in sum not zero times).
 *
 * So a lasso that crosses itself fills all it went around, and a hole, whose ring runs the other
 * way, stays a hole. Exactly the mask again for the rings that traceContours finds.
 */
export function fillRings(rings: readonly Ring[], size_hw: SizeHW): Mask {
  const [height, width] = size_hw;
  const columns = new Map<number, Crossing[]>();
  for (const ring of rings) addCrossings(columns, ring, width);
  const runs: number[] = [];
  let end = 0; // of the last run of the object
  for (const x of [...columns.keys()].sort((a, b) => a - b)) {
    for (const [top, bottom] of spans(columns.get(x) as Crossing[], height)) {
      const from = x * height + top;
      if (from === end && runs.length > 0) (runs[runs.length - 1] as number) += bottom - top;
      else runs.push(from - end, bottom - top);
      end = x * height + bottom;
    }
  }
  if (end < height * width) runs.push(height * width - end);
  return maskFromRuns(size_hw, Uint32Array.from(runs));
}

/** Note where a ring passes the middle of each column. */
function addCrossings(columns: Map<number, Crossing[]>, ring: Ring, width: number): void {
  const count = ring.length;
  for (let index = 0; index < count; index += 2) {
    const [x0, y0] = [ring[index] as number, ring[index + 1] as number];
    const x1 = ring[(index + 2) % count] as number;
    const y1 = ring[(index + 3) % count] as number;
    const turn = x0 < x1 ? 1 : -1;
    // A corner in the middle of a column belongs to the edge on its right.
    const first = Math.max(Math.ceil(Math.min(x0, x1) - 0.5), 0);
    const last = Math.min(Math.ceil(Math.max(x0, x1) - 0.5), width);
    for (let x = first; x < last; x += 1) {
      const y = y0 + ((x + 0.5 - x0) * (y1 - y0)) / (x1 - x0);
      const known = columns.get(x);
      if (known === undefined) columns.set(x, [{ y, turn }]);
      else known.push({ y, turn });
    }
  }
}

/** The pixels of a column that are inside, from and to, from top to bottom. */
function spans(crossings: Crossing[], height: number): [number, number][] {
  const found: [number, number][] = [];
  crossings.sort((a, b) => a.y - b.y);
  let [winding, top] = [0, 0];
  for (const { y, turn } of crossings) {
    const row = Math.min(Math.max(Math.ceil(y - 0.5), 0), height);
    const before = winding;
    winding += turn;
    if (before === 0) top = row;
    if (winding !== 0 || top === row) continue;
    const last = found.at(-1);
    if (last !== undefined && last[1] === top) last[1] = row;
    else found.push([top, row]);
  }
  return found;
}
