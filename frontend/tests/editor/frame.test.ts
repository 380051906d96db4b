import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { float32FromFloat16 } from "@/editor/float16";
import { LOGITS_SIDE, logitsOfMask, maskOfLogits, toFrame, upscaleLogits } from "@/editor/frame";
import { fromBitmap, toBitmap } from "@/editor/mask";

interface Case {
  size: [number, number];
  at: number[];
  values: number[];
  positive: number;
}

/** Made by engine/segmentation/frame.py. */
const { cases } = JSON.parse(
  readFileSync(new URL("./fixtures/upscale.json", import.meta.url), "utf8"),
) as { cases: Case[] };

const logits = Float32Array.from({ length: LOGITS_SIDE * LOGITS_SIDE }, (_, index) => {
  const [x, y] = [index % LOGITS_SIDE, Math.floor(index / LOGITS_SIDE)];
  return 8 * Math.sin(x / 17) * Math.cos(y / 23) - 2 + ((7 * x + 13 * y) % 5) * 0.3;
});

describe.each(cases)("logits resized to $size", ({ size, at, values, positive }) => {
  test("are the engine's", () => {
    const resized = upscaleLogits(logits, size);

    for (const [index, place] of at.entries()) {
      expect(resized[place]).toBeCloseTo(values[index] as number, 3);
    }
  });

  test("become a mask of just the positive ones", () => {
    const mask = maskOfLogits(logits, size);

    const resized = upscaleLogits(logits, size);
    const box = { x0: 0, y0: 0, x1: size[1], y1: size[0] };
    const expected = new Uint8Array(resized.length);
    for (const [index, value] of resized.entries()) expected[index] = value > 0 ? 1 : 0;
    const { data } = toBitmap(mask, box);
    const different = data.reduce(
      (sum, value, index) => sum + Number(value !== expected[index]),
      0,
    );
    expect(different).toBeLessThanOrEqual(data.length * 1e-6);
    expect(Math.abs(mask.area_px - positive)).toBeLessThanOrEqual(positive * 1e-5);
  });
});

test("logits that are nowhere positive make an empty mask", () => {
  const mask = maskOfLogits(new Float32Array(LOGITS_SIDE * LOGITS_SIDE).fill(-1), [30, 40]);

  expect(mask.area_px).toBe(0);
});

test("a mask's own logits bring it back but for its edge", () => {
  const size = [300, 400] as const;
  const box = { x0: 60, y0: 40, x1: 260, y1: 200 };
  const square = fromBitmap({ box, data: new Uint8Array(200 * 160).fill(1) }, size);

  const back = maskOfLogits(logitsOfMask(square), size);

  expect(Math.abs(back.area_px - square.area_px) / square.area_px).toBeLessThan(0.02);
});

test("a point goes to the 1024 frame by the longer side", () => {
  expect(toFrame({ x: 320, y: 240 }, [480, 640])).toEqual([512, 384]);
});

test("float16 is read exactly", () => {
  const halves = Uint16Array.of(0x0000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555, 0xfc00, 0x8000);

  const values = float32FromFloat16(halves.buffer);

  expect([...values.slice(0, 5)]).toEqual([0, 1, -2, 65504, 2 ** -24]);
  expect(values[5]).toBeCloseTo(1 / 3, 3);
  expect(values[6]).toBe(Number.NEGATIVE_INFINITY);
  expect(Object.is(values[7], -0)).toBe(true);
});
