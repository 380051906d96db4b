import { expect, test } from "vitest";
import { type PixelPicture, pixelsOf } from "@/editor/render/pixels";
import { shapesOf } from "@/editor/render/shapes";
import { maskRow, proposalRow, square } from "./annotations";

const WHOLE = { x0: 0, y0: 0, x1: 32, y1: 24 };

function shapes(fill: number, ...masks: ReturnType<typeof square>[]) {
  const rows = masks.map((rle, index) => maskRow(String(index), rle));
  const colourOf = ({ id }: { id: string }) => (id === "0" ? "#102030" : "#ff0000");
  return shapesOf({ masks: rows, proposals: [], threshold: 0.9, fill, colourOf });
}

/** Red, green, blue and opacity of one pixel. */
function at({ rgba, width }: PixelPicture, x: number, y: number): number[] {
  return [...new Uint8Array(rgba.buffer, 4 * (y * width + x), 4)];
}

test("a mask has its rim in its colour, its inside in its fill, and nothing around it", () => {
  const picture = pixelsOf(shapes(0.4, square(3, 5, 4)), WHOLE, 1);

  expect([picture.width, picture.height]).toEqual([32, 24]);
  for (const [x, y] of [
    [3, 5],
    [6, 5],
    [3, 8],
    [4, 8],
  ] as const) {
    expect(at(picture, x, y)).toEqual([0x10, 0x20, 0x30, 255]);
  }
  expect(at(picture, 4, 6)).toEqual([0x10, 0x20, 0x30, 102]);
  for (const [x, y] of [
    [2, 5],
    [7, 5],
    [3, 4],
    [3, 9],
  ] as const) {
    expect(at(picture, x, y)).toEqual([0, 0, 0, 0]);
  }
});

test("every rim is seen where masks overlap or lie in each other, whichever came first", () => {
  const picture = pixelsOf(shapes(0.4, square(3, 5, 4), square(1, 1, 12)), WHOLE, 1);

  expect(at(picture, 1, 1)).toEqual([255, 0, 0, 255]);
  expect(at(picture, 3, 5)).toEqual([0x10, 0x20, 0x30, 255]);
  expect(at(picture, 4, 6)).toEqual([0x10, 0x20, 0x30, 102]);
  expect(at(picture, 2, 2)).toEqual([255, 0, 0, 102]);
});

test("without fills the insides are empty", () => {
  const picture = pixelsOf(shapes(0, square(3, 5, 6)), WHOLE, 1);

  expect(at(picture, 4, 6)[3]).toBe(0);
  expect(at(picture, 3, 5)[3]).toBe(255);
});

test("a part of the image is as in the whole, and what lies elsewhere is left out", () => {
  const all = shapes(0.4, square(3, 5, 6), square(20, 10, 5));
  const whole = pixelsOf(all, WHOLE, 1);
  const part = pixelsOf(all, { x0: 5, y0: 7, x1: 20, y1: 24 }, 1);

  expect([part.width, part.height]).toEqual([15, 17]);
  for (let y = 0; y < part.height; y += 1) {
    for (let x = 0; x < part.width; x += 1) expect(at(part, x, y)).toEqual(at(whole, x + 5, y + 7));
  }
});

test("in steps, each pixel stands for the one of the image in its corner", () => {
  const picture = pixelsOf(shapes(0.4, square(4, 4, 12)), { ...WHOLE, x1: 31 }, 2);

  expect([picture.width, picture.height]).toEqual([16, 12]);
  expect(at(picture, 2, 2)).toEqual([0x10, 0x20, 0x30, 255]);
  expect(at(picture, 7, 7)).toEqual([0x10, 0x20, 0x30, 255]);
  expect(at(picture, 3, 6)).toEqual([0x10, 0x20, 0x30, 102]);
  expect(at(picture, 8, 8)).toEqual([0, 0, 0, 0]);
});

test("a proposal has a white rim, which stands back below the threshold", () => {
  const proposals = [proposalRow("p", square(3, 5, 4), 0.5)];
  const scene = { masks: [], proposals, threshold: 0.9, fill: 0.4, colourOf: () => "#000000" };

  expect(at(pixelsOf(shapesOf(scene), WHOLE, 1), 3, 5)).toEqual([255, 255, 255, 102]);
});
