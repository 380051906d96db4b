import { expect, test } from "vitest";
import { nearWindow, type Window, wholeWindow } from "@/editor/render/window";

const CANVAS = { width: 600, height: 400 };
const IMAGE = { width: 1200, height: 400 };
const SURROUNDINGS = { factor: 1.5, least_px: 24 };

const shown = ({ x, y, scale }: Window) => ({
  x0: x,
  y0: y,
  x1: x + CANVAS.width / scale,
  y1: y + CANVAS.height / scale,
});

test("the far view shows the whole image in the middle", () => {
  expect(shown(wholeWindow(CANVAS, IMAGE))).toEqual({ x0: 0, y0: -200, x1: 1200, y1: 600 });
});

test("the near view shows the object in its surroundings", () => {
  const seen = shown(
    nearWindow(CANVAS, IMAGE, { x0: 500, y0: 100, x1: 600, y1: 200 }, SURROUNDINGS),
  );

  expect(seen.x1 - seen.x0).toBeCloseTo(225);
  expect(seen.y1 - seen.y0).toBeCloseTo(150);
  expect([(seen.x0 + seen.x1) / 2, (seen.y0 + seen.y1) / 2]).toEqual([550, 150]);
});

test("the near view stays inside the image and is never farther than the far one", () => {
  const corner = shown(nearWindow(CANVAS, IMAGE, { x0: 0, y0: 0, x1: 10, y1: 10 }, SURROUNDINGS));
  const all = nearWindow(CANVAS, IMAGE, { x0: 0, y0: 0, x1: 1200, y1: 400 }, SURROUNDINGS);

  expect([corner.x0, corner.y0]).toEqual([0, 0]);
  expect(all).toEqual(wholeWindow(CANVAS, IMAGE));
});

test("a speck keeps some surroundings", () => {
  const seen = shown(
    nearWindow(CANVAS, IMAGE, { x0: 300, y0: 300, x1: 302, y1: 301 }, SURROUNDINGS),
  );

  expect(seen.y1 - seen.y0).toBeGreaterThanOrEqual(24);
});
