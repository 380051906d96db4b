import { beforeEach, describe, expect, test, vi } from "vitest";
import { decodeCloser } from "@/editor/closer";
import { logitsOfMask, maskOfLogits } from "@/editor/frame";
import type { Box, SizeHW, Window } from "@/editor/geometry";
import { wholeOf } from "@/editor/geometry";
import { fromBitmap, type Mask, maskFromRuns, runsOf } from "@/editor/mask";
import { iouOf } from "@/editor/mask-sets";
import type { Prompt } from "@/editor/operations";
import type { Decoded } from "@/editor/sam";
import { chooseWindow, isSame, logitsThrough } from "@/editor/windows";
import { decodedAs } from "./desk";

const SIZE: SizeHW = [256, 256];
const WHOLE = wholeOf(SIZE);
const TOP_LEFT: Window = { x: 0, y: 0, width: 154, height: 154 };
const BOTTOM_RIGHT: Window = { x: 102, y: 102, width: 154, height: 154 };
const TINY: Window = { x: 0, y: 0, width: 77, height: 77 };
const WINDOWS = [TOP_LEFT, BOTTOM_RIGHT];

const square = (x: number, y: number, side: number): Mask => {
  const box: Box = { x0: x, y0: y, x1: x + side, y1: y + side };
  return fromBitmap({ box, data: new Uint8Array(side * side).fill(1) }, SIZE);
};
const point = (x: number, y: number): Prompt => ({ kind: "point", xy: [x, y], label: 1 });

describe("a window", () => {
  test("is the smallest that shows an object small", () => {
    const windows = [TOP_LEFT, TINY];

    expect(chooseWindow({ x0: 10, y0: 10, x1: 15, y1: 16 }, SIZE, windows)).toBe(TINY);
    expect(chooseWindow({ x0: 10, y0: 10, x1: 22, y1: 20 }, SIZE, windows)).toBe(TOP_LEFT);
    expect(chooseWindow({ x0: 10, y0: 10, x1: 60, y1: 60 }, SIZE, windows)).toBeNull();
  });

  test("of one size is the one that the object lies deepest in", () => {
    const nearTheMiddle = { x0: 110, y0: 110, x1: 118, y1: 118 };

    expect(chooseWindow(nearTheMiddle, SIZE, WINDOWS)).toBe(TOP_LEFT);
    expect(chooseWindow({ x0: 136, y0: 136, x1: 144, y1: 144 }, SIZE, WINDOWS)).toBe(BOTTOM_RIGHT);
  });

  test("shows a mask where it lies", () => {
    const mask = square(150, 160, 20);

    const seen = logitsThrough(logitsOfMask(mask), WHOLE, BOTTOM_RIGHT);

    expect(iouOf(maskOfLogits(seen, SIZE, BOTTOM_RIGHT), mask)).toBeGreaterThan(0.85);
    const back = logitsThrough(seen, BOTTOM_RIGHT, WHOLE);
    expect(iouOf(maskOfLogits(back, SIZE), mask)).toBeGreaterThan(0.85);
  });
});

describe("prompts", () => {
  let answers: Map<Window, Mask>;
  const decode = vi.fn(
    async (window: Window, ..._: unknown[]): Promise<Decoded | null> =>
      decodedAs(answers.get(window) ?? square(0, 0, 0)),
  );
  const ask = decodeCloser(
    SIZE,
    () => WINDOWS,
    (window, ...rest) =>
      decode(
        WINDOWS.find((each) => each.x === window.x && each.width === window.width) ?? WHOLE,
        ...rest,
      ),
  );
  const windowsAsked = (): Window[] => decode.mock.calls.map(([window]) => window);
  const maskOf = (decoded: Decoded | null | undefined): Mask | null =>
    decoded ? maskFromRuns(SIZE, decoded.mask.runs) : null;

  beforeEach(() => {
    decode.mockClear();
    answers = new Map([
      [WHOLE, square(20, 20, 12)],
      [TOP_LEFT, square(21, 21, 10)],
    ]);
  });

  test("on a small object are answered at once, and then through its window", async () => {
    const coarse = await ask([point(25, 25)], null);
    expect(windowsAsked()).toEqual([WHOLE]);

    const fine = await coarse?.closer?.();

    expect(windowsAsked()).toEqual([WHOLE, TOP_LEFT]);
    expect(maskOf(coarse)?.area_px).toBe(144);
    expect(maskOf(fine)?.area_px).toBe(100);
  });

  test("that follow go to the window directly, with what it answered before", async () => {
    const coarse = await ask([point(25, 25)], null);
    const fine = await coarse?.closer?.();
    decode.mockClear();
    const previous = fine?.mask.logits ?? null;

    const next = await ask([point(25, 25), point(28, 28)], previous);

    expect(windowsAsked()).toEqual([TOP_LEFT]);
    expect(decode.mock.calls[0]?.[2]).toBe(previous);
    expect(next?.closer).toBeUndefined();
  });

  test("on a large object are answered in the whole image alone", async () => {
    answers.set(WHOLE, square(20, 20, 90));

    const decoded = await ask([point(25, 25)], null);

    expect(decoded?.closer).toBeUndefined();
  });

  test("keep the first answer where the window cuts the object off or cannot be had", async () => {
    answers.set(TOP_LEFT, square(140, 140, 14)); // up to where the window ends
    const coarse = await ask([point(25, 25)], null);
    expect(await coarse?.closer?.()).toBeNull();

    decode.mockImplementationOnce(async () => decodedAs(square(20, 20, 12)));
    decode.mockImplementationOnce(() => Promise.reject(new Error("offline")));
    expect(await (await ask([point(25, 25)], null))?.closer?.()).toBeNull();
  });

  test("beside an object tell that it is small, whatever was answered first", async () => {
    answers.set(WHOLE, square(0, 0, 90));
    const beside: Prompt = { kind: "point", xy: [40, 25], label: 0 };

    const coarse = await ask([point(25, 25), beside], null);
    const fine = await coarse?.closer?.();

    expect(windowsAsked()).toEqual([WHOLE, TOP_LEFT]);
    expect(maskOf(fine)?.area_px).toBe(100);
    decode.mockClear();
    const far: Prompt = { kind: "point", xy: [140, 25], label: 0 };
    expect((await ask([point(25, 25), far], null))?.closer).toBeUndefined();
    expect(windowsAsked()).toEqual([WHOLE]);
  });

  test("beside an object go on from a window to a closer one", async () => {
    const closest = { ...TINY };
    answers.set(closest, square(22, 22, 6));
    const windows = [...WINDOWS, closest];
    const askCloser = decodeCloser(
      SIZE,
      () => windows,
      (window, ...rest) => decode(windows.find((each) => isSame(each, window)) ?? WHOLE, ...rest),
    );
    const first = await (await askCloser([point(25, 25)], null))?.closer?.();
    decode.mockClear();
    const beside: Prompt = { kind: "point", xy: [30, 25], label: 0 };

    const begun = await askCloser([point(25, 25), beside], first?.mask.logits ?? null);
    const fine = await begun?.closer?.();

    expect(windowsAsked()).toEqual([TOP_LEFT, closest]);
    expect([maskOf(begun)?.area_px, maskOf(fine)?.area_px]).toEqual([100, 36]);
  });

  test("outside of the window are answered in the whole, from what the window showed", async () => {
    const coarse = await ask([point(25, 25)], null);
    const fine = await coarse?.closer?.();
    answers.set(WHOLE, square(20, 20, 200));
    decode.mockClear();

    await ask([point(25, 25), point(200, 200)], fine?.mask.logits ?? null);

    expect(windowsAsked()).toEqual([WHOLE]);
    expect(decode.mock.calls[0]?.[2]).not.toBe(fine?.mask.logits);
  });

  test("that were overtaken have no answer", async () => {
    decode.mockImplementationOnce(async () => null);

    expect(await ask([point(25, 25)], null)).toBeNull();
  });
});

test("a mask of a window lies in the image where the window does", () => {
  const logits = new Float32Array(256 * 256).fill(-1);
  for (let row = 0; row < 20; row += 1) logits.fill(1, row * 256, row * 256 + 20);

  const mask = maskOfLogits(logits, SIZE, BOTTOM_RIGHT);

  expect(mask.size_hw).toEqual(SIZE);
  expect(mask.box).toMatchObject({ x0: 102, y0: 102 });
  expect(runsOf(mask).reduce((sum, run) => sum + run, 0)).toBe(256 * 256);
});
