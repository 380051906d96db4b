import { expect, test } from "vitest";
import {
  afterResize,
  fitView,
  isOnStage,
  panBy,
  toImage,
  toScreen,
  zoomAt,
} from "@/editor/geometry";
import { LRU } from "@/editor/lru";

const stage = { width: 800, height: 600 };
const image = { width: 1600, height: 400 };

test("fitting centres the image with a margin", () => {
  const view = fitView(stage, image, 0);

  expect(view.scale).toBe(0.5);
  expect(toScreen(view, { x: 800, y: 200 })).toEqual({ x: 400, y: 300 });
});

test("an image that fits lies above what stands at the lower edge", () => {
  const tall = { width: 100, height: 1000 };
  const view = fitView(stage, tall, 24, 62);

  expect(view.y).toBeCloseTo(24, 9);
  expect(view.y + tall.height * view.scale).toBeCloseTo(600 - 62, 9);
});

test("zooming keeps the point under the cursor where it is", () => {
  const fit = fitView(stage, image);
  const cursor = { x: 123, y: 45 };
  const before = toImage(fit, cursor);

  const after = toImage(zoomAt(fit, cursor, 3, fit), cursor);

  expect(after.x).toBeCloseTo(before.x, 9);
  expect(after.y).toBeCloseTo(before.y, 9);
});

test("what is in the middle stays there when the stage grows", () => {
  const view = { scale: 3, x: -500, y: -90 };

  const grown = afterResize(view, stage, { width: 1000, height: 500 });

  expect(toImage(grown, { x: 500, y: 250 })).toEqual(toImage(view, { x: 400, y: 300 }));
});

test("a box is on the stage while some of it is", () => {
  const box = { x0: 10, y0: 10, x1: 20, y1: 20 };
  const seen = (x: number, y: number) => isOnStage({ scale: 10, x, y }, stage, box);

  expect([seen(0, 0), seen(-199, 0), seen(699, 499)]).toEqual([true, true, true]);
  expect([seen(-200, 0), seen(0, -200), seen(700, 0), seen(0, 500)]).not.toContain(true);
});

test("panning never loses the image", () => {
  const view = panBy(fitView(stage, image), 1e6, -1e6, stage, image);

  expect(view.x).toBeLessThan(stage.width);
  expect(view.y + image.height * view.scale).toBeGreaterThan(0);
});

test("an LRU lets go of what was used longest ago", () => {
  const dropped: number[] = [];
  const kept = new LRU<string, number>(2, (value) => dropped.push(value));
  kept.set("a", 1);
  kept.set("b", 2);
  kept.get("a");
  kept.set("c", 3);

  expect(dropped).toEqual([2]);
  expect(kept.get("a")).toBe(1);
});
