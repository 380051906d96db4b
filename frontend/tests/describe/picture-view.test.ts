import { expect, test } from "vitest";
import { PictureView } from "@/pages/describe/picture/picture-view";

const PLACE = { width: 432, height: 232 }; // 400 x 200 without its margin

function viewOf(image = { width: 100, height: 100 }): PictureView {
  const view = new PictureView(image);
  view.resize(PLACE);
  return view;
}

test("a point of the place is a point of the image that is shown whole in it, or none", () => {
  const view = viewOf();

  expect(view.toImage({ x: 216, y: 116 })).toEqual({ x: 50, y: 50 });
  expect(view.toImage({ x: 116, y: 16 })).toEqual({ x: 0, y: 0 });
  expect(view.toImage({ x: 106, y: 116 })).toBeNull();
});

test("zooming keeps the point under the cursor, and what is in sight shrinks", () => {
  const view = viewOf();

  view.zoomAt({ x: 216, y: 116 }, 4);

  expect(view.toImage({ x: 216, y: 116 })).toEqual({ x: 50, y: 50 });
  const { x0, y0, x1, y1 } = view.inSight();
  expect([x0, x1]).toEqual([23, 77]);
  expect([y0, y1]).toEqual([35.5, 64.5]);
});

test("the whole image stays whole in a place of another size; a nearer view keeps its middle", () => {
  const view = viewOf();
  view.resize({ width: 232, height: 232 });
  const whole = view.inSight();
  view.zoomAtMiddle(4);
  const middle = view.toImage({ x: 116, y: 116 });
  view.resize({ width: 332, height: 132 });

  expect(whole).toEqual({ x0: 0, y0: 0, x1: 100, y1: 100 });
  expect(view.toImage({ x: 166, y: 66 })).toEqual(middle);
});

test("moved as far as it goes, some of the image stays in sight", () => {
  const view = viewOf();

  view.panBy(5000, -5000);

  const { x0, y0, x1, y1 } = view.inSight();
  expect(x1 - x0).toBeGreaterThan(0);
  expect(y1 - y0).toBeGreaterThan(0);
});
