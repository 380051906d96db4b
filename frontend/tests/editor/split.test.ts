import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { intersect, isSameMask, union } from "@/editor/mask-sets";
import { splitMask } from "@/editor/split";
import { draw, masksOf, rowsOf } from "./drawings";

const at = (x: number, y: number) => ({ x, y });

describe("a line across a mask", () => {
  test("makes two of it, and loses no pixel", () => {
    const halves = splitMask(draw("......", ".####.", ".####.", "......"), [at(2, 0), at(2, 4)]);

    expect(halves && rowsOf(halves.larger)).toEqual(["......", "..###.", "..###.", "......"]);
    expect(halves && rowsOf(halves.smaller)).toEqual(["......", ".#....", ".#....", "......"]);
  });

  test("on the middle of pixels leaves them on its right, or below it", () => {
    const halves = splitMask(draw("###", "###", "###"), [at(1.5, -1), at(1.5, 4)]);
    const flat = splitMask(draw("###", "###", "###"), [at(-1, 1.5), at(4, 1.5)]);

    expect(halves && rowsOf(halves.larger)).toEqual([".##", ".##", ".##"]);
    expect(flat && rowsOf(flat.larger)).toEqual(["...", "###", "###"]);
  });

  test("may be slanted, and drawn either way", () => {
    const mask = draw("####", "####", "####", "####");
    const line = [at(-1, 3.2), at(5, 0.2)];
    const halves = splitMask(mask, line);
    const back = splitMask(mask, line.toReversed());

    expect(halves && rowsOf(halves.smaller)).toEqual(["####", "##..", "....", "...."]);
    expect(back && rowsOf(back.smaller)).toEqual(["####", "##..", "....", "...."]);
  });

  test("may be bent: what is cut off on one side is one mask", () => {
    const halves = splitMask(draw("#####", "#####", "#####", "#####"), [
      at(1, -1),
      at(1, 2),
      at(4, 2),
      at(4, -1),
    ]);

    expect(halves && rowsOf(halves.smaller)).toEqual([".###.", ".###.", ".....", "....."]);
  });

  test("that ends inside does not divide it", () => {
    expect(splitMask(draw("####", "####", "####"), [at(2, -1), at(2, 1)])).toBeNull();
  });

  test("beside it does not divide it", () => {
    expect(splitMask(draw("##..", "##.."), [at(3, -1), at(3, 3)])).toBeNull();
    expect(splitMask(draw("##..", "##.."), [at(1, 1)])).toBeNull();
    expect(splitMask(draw("....", "...."), [at(1, -1), at(1, 3)])).toBeNull();
  });

  test("between two pieces gives each to its side", () => {
    const halves = splitMask(draw("##..#", "##..#"), [at(3, -1), at(3, 3)]);

    expect(halves && rowsOf(halves.larger)).toEqual(["##...", "##..."]);
    expect(halves && rowsOf(halves.smaller)).toEqual(["....#", "....#"]);
  });

  test("through one piece sends the others to the side they lie on", () => {
    const halves = splitMask(draw("#.####.#", "#.####.#"), [at(4, -1), at(4, 3)]);

    expect(halves && rowsOf(halves.larger)).toEqual(["#.##....", "#.##...."]);
    expect(halves && rowsOf(halves.smaller)).toEqual(["....##.#", "....##.#"]);
  });

  test("cuts where the pixels touch by corners alone", () => {
    const halves = splitMask(draw("##..", "##..", "..##", "..##"), [at(4, 0.1), at(0.1, 4)]);

    expect(halves && rowsOf(halves.larger)).toEqual(["##..", "##..", "....", "...."]);
  });

  test("of one pixel's width and height works too", () => {
    const tall = splitMask(draw("#", "#", "#"), [at(-1, 1), at(2, 1)]);
    const wide = splitMask(draw("###"), [at(1, -1), at(1, 2)]);
    const two = splitMask(draw("##", "##", "##"), [at(-1, 2), at(3, 2)]);

    expect(tall && rowsOf(tall.smaller)).toEqual(["#", ".", "."]);
    expect(wide && rowsOf(wide.smaller)).toEqual(["#.."]);
    expect(two && rowsOf(two.smaller)).toEqual(["..", "..", "##"]);
  });
});

test("the halves are the mask again, share no pixel, and the first is the larger", () => {
  const point = fc.record({
    x: fc.double({ min: -2, max: 9, noNaN: true }),
    y: fc.double({ min: -2, max: 8, noNaN: true }),
  });
  const line = fc.array(point, { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(masksOf([6, 7]), line, (mask, points) => {
      const halves = splitMask(mask, points);
      if (halves === null) return;
      const { larger, smaller } = halves;
      expect(isSameMask(union(larger, smaller), mask)).toBe(true);
      expect(intersect(larger, smaller).area_px).toBe(0);
      expect(smaller.area_px).toBeGreaterThan(0);
      expect(larger.area_px).toBeGreaterThanOrEqual(smaller.area_px);
    }),
    { seed: 12, numRuns: 300 },
  );
});

test("a straight line from edge to edge divides a whole image by the side of the pixels' centres", () => {
  const all = draw(...Array(6).fill("#######"));
  const offset = fc.double({ min: 0.01, max: 6.49, noNaN: true });
  fc.assert(
    fc.property(offset, offset, (top, bottom) => {
      const halves = splitMask(all, [at(top, -0.5), at(bottom, 6.5)]);
      if (halves === null) return;
      const isLeft = (x: number, y: number) =>
        x + 0.5 < top + ((y + 1) / 7) * (bottom - top) - 1e-9;
      const left = rowsOf(all).map((row, y) =>
        row
          .replace(/#/g, "#")
          .split("")
          .map((_, x) => (isLeft(x, y) ? "#" : "."))
          .join(""),
      );
      const made = [rowsOf(halves.larger), rowsOf(halves.smaller)];
      expect(made).toContainEqual(left);
    }),
    { seed: 13, numRuns: 200 },
  );
});
