import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBitmap, type Mask } from "@/editor/mask";
import { type Ring, smoothRing, traceContours } from "@/editor/render/contours";

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
