import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runsOf } from "@/editor/mask";
import { difference, isSameMask, subtract } from "@/editor/mask-sets";
import {
  areaInside,
  cornerAt,
  edgeAt,
  insertCorner,
  moveCorner,
  outlineOf,
  removeCorner,
  reshapeByOutline,
  simplifyRing,
} from "@/editor/outline";
import { fillRings } from "@/editor/raster";
import { traceContours } from "@/editor/render/contours";
import { draw, masksOf, rowsOf } from "./drawings";

const SIZE_HW = [6, 7] as const;
const point = fc.record({
  x: fc.double({ min: -3, max: 10, noNaN: true }),
  y: fc.double({ min: -3, max: 9, noNaN: true }),
});

describe("a closed line", () => {
  test("holds the pixels whose centre it goes around", () => {
    const area = areaInside(
      [
        { x: 1, y: 1 },
        { x: 5, y: 1 },
        { x: 1, y: 5 },
      ],
      SIZE_HW,
    );

    expect(rowsOf(area)).toEqual([
      ".......",
      ".###...",
      ".##....",
      ".#.....",
      ".......",
      ".......",
    ]);
  });

  test("that crosses itself holds all it goes around, whichever way", () => {
    const eight = [
      { x: 0, y: 0 },
      { x: 7, y: 6 },
      { x: 7, y: 0 },
      { x: 0, y: 6 },
    ];
    const twice = [...Array(2)].flatMap(() => [
      { x: 1, y: 1 },
      { x: 4, y: 1 },
      { x: 4, y: 4 },
      { x: 1, y: 4 },
    ]);

    expect(areaInside(eight, SIZE_HW).area_px).toBeGreaterThan(18);
    expect(areaInside(twice, SIZE_HW).area_px).toBe(9);
  });

  test("outside the image holds nothing, and across its border what is inside", () => {
    const far = [
      { x: -9, y: -9 },
      { x: -5, y: -9 },
      { x: -5, y: -5 },
    ];
    const across = [
      { x: -50, y: -50 },
      { x: 2, y: -50 },
      { x: 2, y: 50 },
      { x: -50, y: 50 },
    ];

    expect(areaInside(far, SIZE_HW).area_px).toBe(0);
    expect(rowsOf(areaInside(across, SIZE_HW))).toEqual(Array(6).fill("##....."));
  });

  test("holds every centre that it winds around, and no other", () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 7 }), (corners) => {
        const rows = rowsOf(areaInside(corners, SIZE_HW));
        for (const [y, row] of rows.entries()) {
          for (const [x, pixel] of [...row].entries()) {
            expect(pixel).toBe(windingAround(corners, x + 0.5, y + 0.5) === 0 ? "." : "#");
          }
        }
      }),
      { seed: 20, numRuns: 200 },
    );
  });
});

describe("the outline of a mask", () => {
  test("uncut is the mask again, pixel by pixel, holes and all", () => {
    fc.assert(
      fc.property(masksOf(SIZE_HW), (mask) => {
        const again = fillRings(traceContours(mask), SIZE_HW);
        expect(runsOf(again)).toEqual(runsOf(mask));
      }),
      { seed: 21, numRuns: 200 },
    );
  });

  test("has few corners, none farther from the edge than it may", () => {
    const stairs = draw("#.....", "##....", "###...", "####..", "#####.", "######");

    const [ring = []] = outlineOf(stairs);

    expect(ring.length / 2).toBeLessThanOrEqual(4);
    expect(difference(fillRings([ring], stairs.size_hw), stairs).area_px).toBeLessThanOrEqual(5);
  });

  test("keeps a square's four corners", () => {
    expect(simplifyRing([0, 0, 2, 0, 4, 0, 4, 4, 0, 4, 0, 2], 0.5)).toEqual([
      0, 0, 4, 0, 4, 4, 0, 4,
    ]);
  });
});

describe("a corner", () => {
  const block = draw("......", ".####.", ".####.", ".####.", "......", "......");

  test("that is moved takes the edge along", () => {
    const before = outlineOf(block);
    const ref = cornerAt(before, { x: 5, y: 4 }, 0.5);
    const after = moveCorner(before, ref ?? { ring: 0, corner: 0 }, { x: 5, y: 6 });

    expect(rowsOf(reshapeByOutline(block, before, after))).toEqual([
      "......",
      ".####.",
      ".####.",
      ".####.",
      "..###.",
      "....#.",
    ]);
  });

  test("is found within reach, and so is an edge", () => {
    const rings = outlineOf(block);

    expect(cornerAt(rings, { x: 1.2, y: 0.9 }, 0.5)).toEqual({ ring: 0, corner: 3 });
    expect(cornerAt(rings, { x: 3, y: 1 }, 0.5)).toBeNull();
    expect(edgeAt(rings, { x: 3, y: 1.2 }, 0.5)).toEqual({ ring: 0, corner: 4 });
    expect(edgeAt(rings, { x: 3, y: 2.5 }, 0.5)).toBeNull();
  });

  test("more or less alone changes no pixel, when it lies on the edge", () => {
    const before = outlineOf(block);
    const more = insertCorner(before, { ring: 0, corner: 4 }, { x: 3, y: 1 });
    const fewer = removeCorner(more, { ring: 0, corner: 4 });

    expect(isSameMask(reshapeByOutline(block, before, more), block)).toBe(true);
    expect(fewer).toEqual(before);
  });

  test("removed from a triangle removes all of it", () => {
    expect(removeCorner([[0, 0, 2, 0, 0, 2]], { ring: 0, corner: 1 })).toEqual([]);
  });

  test("changes no pixel outside what the edge swept over", () => {
    const move = fc.record({ pick: fc.nat(), to: point });
    fc.assert(
      fc.property(masksOf(SIZE_HW), move, (mask, { pick, to }) => {
        const before = outlineOf(mask);
        const ring = before.length === 0 ? 0 : pick % before.length;
        const count = (before[ring]?.length ?? 0) / 2;
        if (count === 0) return;
        const after = moveCorner(before, { ring, corner: pick % count }, to);
        const swept = difference(fillRings(before, SIZE_HW), fillRings(after, SIZE_HW));
        const changed = difference(mask, reshapeByOutline(mask, before, after));
        expect(subtract(changed, swept).area_px).toBe(0);
      }),
      { seed: 22, numRuns: 100 },
    );
  });
});

/** How often a closed line goes around a point: the textbook sum over its edges. */
function windingAround(corners: readonly { x: number; y: number }[], x: number, y: number): number {
  let winding = 0;
  corners.forEach((a, index) => {
    const b = corners[(index + 1) % corners.length] ?? a;
    const side = (b.x - a.x) * (y - a.y) - (x - a.x) * (b.y - a.y);
    if (a.y <= y && b.y > y && side > 0) winding += 1;
    if (a.y > y && b.y <= y && side < 0) winding -= 1;
  });
  return winding;
}
