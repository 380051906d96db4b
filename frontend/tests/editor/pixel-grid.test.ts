import fc from "fast-check";
import { expect, test } from "vitest";
import { fitView } from "@/editor/geometry";
import { gridBox } from "@/editor/render/pixel-grid";

const stage = { width: 800, height: 600 };
const image = { width: 4000, height: 3000 };

test("the grid is there once a pixel is twelve of the screen", () => {
  expect(gridBox(fitView(stage, image), stage, image)).toBeNull();
  expect(gridBox({ scale: 11.9, x: 0, y: 0 }, stage, image)).toBeNull();
  expect(gridBox({ scale: 20, x: -1990, y: -990 }, stage, image)).toEqual({
    ...{ x0: 99, y0: 49, x1: 140, y1: 80 },
  });
});

test("the grid has only lines of the image that are in view", () => {
  const offset = fc.integer({ min: -60_000, max: 2_000 });
  fc.assert(
    fc.property(
      fc.double({ min: 12, max: 64, noNaN: true }),
      ...[offset, offset],
      (scale, x, y) => {
        const box = gridBox({ scale, x, y }, stage, image);
        if (box === null) return;
        const { x0, y0, x1, y1 } = box;
        expect(x0 >= 0 && y0 >= 0 && x1 <= image.width && y1 <= image.height).toBe(true);
        expect(x1 - x0).toBeLessThanOrEqual(stage.width / scale + 2);
        expect(y1 - y0).toBeLessThanOrEqual(stage.height / scale + 2);
      },
    ),
    { seed: 12 },
  );
});
