import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBitmap, type Mask } from "@/editor/mask";
import { type Ring, smoothRing, thinRing, traceContours } from "@/editor/render/contours";

const anyMask: fc.Arbitrary<Mask> = fc
  .array(fc.integer({ min: 0, max: 1 }), { minLength: 63, maxLength: 63 })
  .map((values) => {
    const box = { x0: 2, y0: 1, x1: 11, y1: 8 };
    return fromBitmap({ box, data: Uint8Array.from(values) }, [10, 14]);
  });

/** Twice the area inside a ring, positive when it runs clockwise on the screen. */
function doubleArea(ring: Ring): number {
  let sum = 0;
  for (let at = 0; at < ring.length; at += 2) {
    const next = (at + 2) % ring.length;
    sum += (ring[at] as number) * (ring[next + 1] as number);
    sum -= (ring[next] as number) * (ring[at + 1] as number);
  }
  return sum;
}

test("the outlines of any mask enclose just its pixels, holes taken away", () => {
  fc.assert(
    fc.property(anyMask, (mask) => {
      const area = traceContours(mask).reduce((sum, ring) => sum + doubleArea(ring) / 2, 0);
      expect(area).toBe(mask.area_px);
    }),
    { seed: 9 },
  );
});

test("every side of an outline is straight", () => {
  fc.assert(
    fc.property(anyMask, (mask) => {
      for (const ring of traceContours(mask)) {
        for (let at = 0; at < ring.length; at += 2) {
          const next = (at + 2) % ring.length;
          const isLevel = ring[at + 1] === ring[next + 1];
          const isUpright = ring[at] === ring[next];
          expect(isLevel !== isUpright).toBe(true);
        }
      }
    }),
    { seed: 10 },
  );
});

test("one pixel has four corners, and cutting them keeps it in its square", () => {
  const box = { x0: 3, y0: 2, x1: 4, y1: 3 };
  const [ring = []] = traceContours(fromBitmap({ box, data: Uint8Array.of(1) }, [10, 10]));

  const smooth = smoothRing(ring);

  expect(ring).toEqual([4, 2, 4, 3, 3, 3, 3, 2]);
  expect(Math.min(...smooth)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...smooth)).toBeLessThanOrEqual(4);
});

test("a thinner line has corners of the first one, all of which lie near it", () => {
  const tolerance = 0.25;
  fc.assert(
    fc.property(anyMask, (mask) => {
      for (const ring of traceContours(mask).map(smoothRing)) {
        const thin = cornersOf(thinRing(ring, tolerance));
        const all = cornersOf(ring);
        const places = new Set(all.map(String));
        expect(thin.every((corner) => places.has(String(corner)))).toBe(true);
        for (const corner of all) {
          const sides = thin.map((from, at) => distanceTo(corner, from, after(thin, at)));
          expect(Math.min(...sides)).toBeLessThanOrEqual(tolerance + 1e-9);
        }
      }
    }),
    { seed: 11 },
  );
});

test("a disc loses two corners in three, and covers what it did", () => {
  const side = 201;
  const data = Uint8Array.from({ length: side * side }, (_, at) =>
    Math.hypot((at % side) - 100, Math.floor(at / side) - 100) < 80 ? 1 : 0,
  );
  const disc = fromBitmap({ box: { x0: 0, y0: 0, x1: side, y1: side }, data }, [side, side]);
  const smooth = smoothRing(traceContours(disc)[0] ?? []);
  const thin = thinRing(smooth, 0.01);

  expect(thin.length).toBeLessThan(smooth.length / 3);
  expect(doubleArea(thin)).toBe(doubleArea(smooth));
});

type Corner = readonly [x: number, y: number];

function cornersOf(ring: Ring): Corner[] {
  return Array.from({ length: ring.length / 2 }, (_, at): Corner => {
    return [ring[2 * at] as number, ring[2 * at + 1] as number];
  });
}

const after = (corners: readonly Corner[], at: number): Corner =>
  corners[(at + 1) % corners.length] as Corner;

/** From a place to the nearest one between two others. */
function distanceTo([x, y]: Corner, [x0, y0]: Corner, [x1, y1]: Corner): number {
  const length2 = (x1 - x0) ** 2 + (y1 - y0) ** 2;
  const along = length2 === 0 ? 0 : ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length2;
  const share = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0));
}
