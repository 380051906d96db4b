import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyMask, runsOf } from "@/editor/mask";
import {
  difference,
  doBoxesMeet,
  intersect,
  iouOf,
  isSameMask,
  mostAlike,
  shiftMask,
  subtract,
  union,
} from "@/editor/mask-sets";
import { draw, masksOf, pixelsOf, rowsOf, whole } from "./drawings";

const SIZE_HW = [5, 6] as const;
const two = fc.tuple(masksOf(SIZE_HW), masksOf(SIZE_HW));

describe.each([
  ["a sum", union, (a: number, b: number) => a | b],
  ["what is left", subtract, (a: number, b: number) => a & ~b & 1],
  ["what both have", intersect, (a: number, b: number) => a & b],
  ["what one of them has", difference, (a: number, b: number) => a ^ b],
] as const)("%s", (_, combine, ofPixels) => {
  test("is worked out pixel by pixel, and written as any other mask", () => {
    fc.assert(
      fc.property(two, ([a, b]) => {
        const pixelsOfB = pixelsOf(b);
        const made = combine(a, b);
        expect(pixelsOf(made)).toEqual(pixelsOf(a).map((v, at) => ofPixels(v, pixelsOfB[at] ?? 0)));
        expect(runsOf(made)).toEqual(runsOf(draw(...rowsOf(made))));
      }),
      { seed: 3, numRuns: 60 },
    );
  });
});

test("the mask most like another is found, if it is like enough", () => {
  fc.assert(
    fc.property(masksOf(SIZE_HW), fc.array(masksOf(SIZE_HW), { maxLength: 4 }), (wanted, masks) => {
      const shapes = masks.map((mask) => ({ mask }));
      const found = mostAlike(shapes, wanted, 0.4);
      const ious = masks.map((mask) => (mask.area_px === 0 ? 0 : iouOf(mask, wanted)));
      const most = Math.max(...ious, 0);
      expect(found === null ? 0 : iouOf(found.mask, wanted)).toBe(most < 0.4 ? 0 : most);
    }),
    { seed: 5, numRuns: 200 },
  );
});

test("masks of two images do not go together", () => {
  expect(() => union(draw("#."), draw("#", "."))).toThrow(RangeError);
});

test("the same pixels are the same mask, however they were come by", () => {
  const mask = draw("##.", ".#.");

  expect(isSameMask(mask, draw("##.", ".#."))).toBe(true);
  expect(isSameMask(mask, draw("##.", "..#"))).toBe(false);
  expect(isSameMask(emptyMask([2, 3]), draw("...", "..."))).toBe(true);
});

describe("a mask that is moved", () => {
  test("keeps its shape", () => {
    const moved = shiftMask(draw("##...", "#....", "....."), 2, 1);

    expect(rowsOf(moved)).toEqual([".....", "..##.", "..#.."]);
  });

  test("loses what leaves the image, and nothing comes in on the other side", () => {
    expect(rowsOf(shiftMask(draw("##.", "###"), -1, -1))).toEqual(["##.", "..."]);
    expect(shiftMask(draw("##.", "###"), 3, 0).area_px).toBe(0);
  });

  test("comes back when it never touched the border", () => {
    const inner = masksOf([3, 3]).map((mask) => {
      const rows = rowsOf(mask).map((row) => `...${row}...`);
      return draw(...Array(3).fill("........."), ...rows, ...Array(3).fill("........."));
    });
    const step = fc.integer({ min: -3, max: 3 });
    fc.assert(
      fc.property(inner, step, step, (mask, dx, dy) => {
        expect(rowsOf(shiftMask(shiftMask(mask, dx, dy), -dx, -dy))).toEqual(rowsOf(mask));
      }),
      { seed: 4, numRuns: 60 },
    );
  });
});

test("boxes meet when they share a pixel, not an edge", () => {
  const box = whole([2, 2]);

  expect(doBoxesMeet(box, { x0: 1, y0: 1, x1: 3, y1: 3 })).toBe(true);
  expect(doBoxesMeet(box, { x0: 2, y0: 0, x1: 3, y1: 2 })).toBe(false);
  expect(doBoxesMeet(box, null)).toBe(false);
});
