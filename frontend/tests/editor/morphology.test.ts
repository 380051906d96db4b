import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSameMask, subtract } from "@/editor/mask-sets";
import { grow, shrink } from "@/editor/morphology";
import { draw, masksOf, pixelsOf, rowsOf } from "./drawings";

const SIZE_HW = [6, 7] as const;
const invert = (rows: string[]) =>
  rows.map((row) => row.replace(/./g, (c) => (c === "#" ? "." : "#")));

describe("a mask", () => {
  test("grows by the pixels beside it", () => {
    expect(rowsOf(grow(draw(".....", "..#..", ".....", "....#")))).toEqual([
      "..#..",
      ".###.",
      "..#.#",
      "...##",
    ]);
  });

  test("shrinks by its outermost pixels, but not where the image cuts it off", () => {
    expect(rowsOf(shrink(draw("####.", "####.", "####.", ".....")))).toEqual([
      "###..",
      "###..",
      ".....",
      ".....",
    ]);
  });

  test("shrinks around its holes", () => {
    const frame = draw("#####", "#####", "##.##", "#####", "#####");

    expect(rowsOf(shrink(frame))).toEqual(["#####", "##.##", "#...#", "##.##", "#####"]);
  });

  test("shrinks as its background grows", () => {
    fc.assert(
      fc.property(masksOf(SIZE_HW), (mask) => {
        expect(invert(rowsOf(shrink(mask)))).toEqual(rowsOf(grow(draw(...invert(rowsOf(mask))))));
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  test("holds what it was after growing, and is held after shrinking", () => {
    fc.assert(
      fc.property(masksOf(SIZE_HW), (mask) => {
        expect(subtract(mask, grow(mask)).area_px).toBe(0);
        expect(subtract(shrink(mask), mask).area_px).toBe(0);
        expect(subtract(mask, shrink(grow(mask))).area_px).toBe(0);
      }),
      { seed: 9, numRuns: 100 },
    );
  });

  test("grows by exactly the pixels at distance one", () => {
    fc.assert(
      fc.property(masksOf(SIZE_HW), (mask) => {
        const [height, width] = SIZE_HW;
        const pixels = pixelsOf(mask);
        const isSet = (x: number, y: number) =>
          x >= 0 && y >= 0 && x < width && y < height && pixels[y * width + x] === 1;
        const wanted = pixels.map((value, at) => {
          const [x, y] = [at % width, Math.floor(at / width)];
          const beside = isSet(x - 1, y) || isSet(x + 1, y) || isSet(x, y - 1) || isSet(x, y + 1);
          return value === 1 || beside ? 1 : 0;
        });
        expect(pixelsOf(grow(mask))).toEqual(wanted);
      }),
      { seed: 10, numRuns: 100 },
    );
  });
});

test("nothing grows into nothing", () => {
  const nothing = draw("...", "...");

  expect(isSameMask(grow(nothing), nothing)).toBe(true);
  expect(isSameMask(shrink(nothing), nothing)).toBe(true);
});
