import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  dropPieceAt,
  dropSpecks,
  fillHoleAt,
  fillHoles,
  holeAt,
  pieceAreas,
  speckSize_px,
} from "@/editor/components";
import { intersect, isSameMask, subtract, union } from "@/editor/mask-sets";
import { draw, masksOf, rowsOf } from "./drawings";

const rings = draw("########.", "#..#...#.", "#..#.#.#.", "####...#.", "...#####.", "#........");

describe("holes", () => {
  test("are all filled at once; what an island in one is stays", () => {
    expect(rowsOf(fillHoles(rings))).toEqual([
      "########.",
      "########.",
      "########.",
      "########.",
      "...#####.",
      "#........",
    ]);
  });

  test("are filled one by one where the person clicks", () => {
    expect(rowsOf(fillHoleAt(rings, { x: 1.5, y: 2.5 }))).toEqual([
      "########.",
      "####...#.",
      "####.#.#.",
      "####...#.",
      "...#####.",
      "#........",
    ]);
  });

  test("are not the background outside, nor the object itself", () => {
    expect(fillHoleAt(rings, { x: 8.5, y: 0.5 })).toBe(rings);
    expect(fillHoleAt(rings, { x: 1, y: 4.5 })).toBe(rings);
    expect(fillHoleAt(rings, { x: 0.5, y: 0.5 })).toBe(rings);
    expect(fillHoleAt(rings, { x: -3, y: 99 })).toBe(rings);
  });

  test("are closed by corners that touch", () => {
    const diamond = draw(".#.", "#.#", ".#.");

    expect(rowsOf(fillHoles(diamond))).toEqual([".#.", "###", ".#."]);
  });

  test("at the border of the image are open", () => {
    const cut = draw("#.#", "###");

    expect(fillHoles(cut)).toBe(cut);
  });

  test("can be had as masks of their own", () => {
    expect(rowsOf(holeAt(rings, { x: 4.5, y: 2.5 }) ?? rings)).toEqual([
      ".........",
      "....###..",
      "....#.#..",
      "....###..",
      ".........",
      ".........",
    ]);
    expect(holeAt(rings, { x: 8.5, y: 5.5 })).toBeNull();
  });

  test("once filled are gone, and only holes were filled", () => {
    fc.assert(
      fc.property(masksOf([7, 7]), (mask) => {
        const filled = fillHoles(mask);
        expect(isSameMask(fillHoles(filled), filled)).toBe(true);
        expect(isSameMask(union(filled, mask), filled)).toBe(true);
        expect(filled.box).toEqual(mask.box);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  test("filled one after another are the same as all at once", () => {
    fc.assert(
      fc.property(masksOf([6, 6]), (mask) => {
        let filled = mask;
        for (let at = 0; at < 36; at += 1) {
          const place = { x: (at % 6) + 0.5, y: Math.floor(at / 6) + 0.5 };
          const hole = holeAt(mask, place);
          const next = fillHoleAt(filled, place);
          if (hole !== null) expect(intersect(hole, next).area_px).toBe(hole.area_px);
          filled = next;
        }
        expect(isSameMask(filled, fillHoles(mask))).toBe(true);
      }),
      { seed: 6, numRuns: 60 },
    );
  });
});

describe("specks", () => {
  const specked = draw("#...##", "...###", ".#..##", "#.....");

  test("below a size are dropped", () => {
    expect(pieceAreas(specked)).toEqual([7, 2, 1]);
    expect(rowsOf(dropSpecks(specked, 2))).toEqual(["....##", "...###", ".#..##", "#....."]);
    expect(rowsOf(dropSpecks(specked, 3))).toEqual(["....##", "...###", "....##", "......"]);
  });

  test("never are the whole object: its largest piece stays", () => {
    expect(rowsOf(dropSpecks(specked, 1000))).toEqual(["....##", "...###", "....##", "......"]);
  });

  test("of no size are none", () => {
    expect(dropSpecks(specked, 1)).toBe(specked);
  });

  test("are small beside their mask", () => {
    expect(speckSize_px(specked)).toBe(4);
    expect(speckSize_px({ ...specked, area_px: 12_345 })).toBe(123);
  });

  test("dropped leave the other pieces as they were", () => {
    fc.assert(
      fc.property(masksOf([7, 7]), fc.integer({ min: 1, max: 12 }), (mask, below_px) => {
        const left = dropSpecks(mask, below_px);
        const areas = pieceAreas(mask);
        const wanted = areas.filter((area_px, at) => at === 0 || area_px >= below_px);
        const least = wanted.at(-1) ?? 0;
        expect(subtract(left, mask).area_px).toBe(0);
        expect(pieceAreas(left)).toEqual(
          areas.filter((area_px) => area_px >= Math.min(least, below_px) && area_px >= least),
        );
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});

test("a piece is dropped where the person clicks", () => {
  const two = draw("##.#", "..#.", "#...");

  expect(rowsOf(dropPieceAt(two, { x: 0.5, y: 2.5 }))).toEqual(["##.#", "..#.", "...."]);
  expect(dropPieceAt(two, { x: 3.5, y: 2.5 })).toBe(two);
});
