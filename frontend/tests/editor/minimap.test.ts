import fc from "fast-check";
import { expect, test } from "vitest";
import { fitView, zoomAt } from "@/editor/geometry";
import { centredOn, centreOf, frameOf, isBeyondFit, LARGEST, mapScale } from "@/editor/minimap";

const stage = { width: 800, height: 600 };
const image = { width: 1600, height: 1200 };
const fit = fitView(stage, image);
const near = zoomAt(fit, { x: 400, y: 300 }, 4, fit);

test("the map is there only when the image is nearer than the whole of it", () => {
  expect(isBeyondFit(fit, fit)).toBe(false);
  expect(isBeyondFit(zoomAt(fit, { x: 0, y: 0 }, 0.5, fit), fit)).toBe(false);
  expect(isBeyondFit(near, fit)).toBe(true);
});

test("the frame is the whole map at the fit, and the share in view when zoomed in", () => {
  const scale = mapScale(image);
  const share = (width_px: number): number => width_px / scale / image.width;

  expect(share(frameOf(fit, stage, image, scale).width)).toBeCloseTo(1);
  expect(share(frameOf(near, stage, image, scale).width)).toBeCloseTo(
    stage.width / (image.width * near.scale),
  );
});

test("the frame stays on the map, whatever the view and the shape of the image", () => {
  const side = fc.integer({ min: 1, max: 8000 });
  fc.assert(
    fc.property(
      fc.record({ width: side, height: side }),
      fc.double({ min: 0.05, max: 64, noNaN: true }),
      fc.integer({ min: -9000, max: 9000 }),
      fc.integer({ min: -9000, max: 9000 }),
      (area, zoom, x, y) => {
        const scale = mapScale(area);
        const frame = frameOf({ scale: zoom, x, y }, stage, area, scale);
        expect(frame.left).toBeGreaterThanOrEqual(0);
        expect(frame.top).toBeGreaterThanOrEqual(0);
        expect(frame.width).toBeGreaterThanOrEqual(0);
        expect(frame.left + frame.width).toBeLessThanOrEqual(LARGEST.width + 1e-6);
        expect(frame.top + frame.height).toBeLessThanOrEqual(LARGEST.height + 1e-6);
      },
    ),
    { seed: 91 },
  );
});

test("a click on the map brings that point to the middle at the same scale", () => {
  const view = centredOn({ x: 500, y: 700 }, near, stage, image);

  expect(view.scale).toBe(near.scale);
  expect(centreOf(view, stage).x).toBeCloseTo(500);
  expect(centreOf(view, stage).y).toBeCloseTo(700);
});
