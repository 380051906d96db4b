import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contains, fromBitmap, toBitmap } from "@/editor/mask";
import type { Prompt } from "@/editor/operations";
import { paintStroke, type Stroke } from "@/editor/stroke";
import { BoxTool } from "@/editor/tools/box-tool";
import { BrushTool } from "@/editor/tools/brush-tool";
import { EraserTool } from "@/editor/tools/eraser-tool";
import { PointTool } from "@/editor/tools/point-tool";
import type { Desk } from "@/editor/tools/tool";
import { SIZE_HW } from "./annotations";
import { at } from "./pointer";

function desk(change: Partial<Desk> = {}) {
  const prompts: Prompt[] = [];
  const strokes: Stroke[] = [];
  const ignore = (): undefined => undefined;
  const made: Desk = {
    size_hw: SIZE_HW,
    brushRadius_px: 2,
    pixelsPerScreenPixel: 1,
    pointLabel: 1,
    selectAt: ignore,
    selectAlsoAt: ignore,
    selectOtherAt: ignore,
    prompt: (given) => prompts.push(...given),
    expectPromptAt: ignore,
    promptAt: () => null,
    takePrompt: ignore,
    beginMovingPrompt: ignore,
    movePrompt: ignore,
    dropPrompt: ignore,
    removePrompt: ignore,
    showBox: ignore,
    showStroke: ignore,
    showSketch: ignore,
    showGhost: ignore,
    leaveOpen: ignore,
    noteStroke: ignore,
    finishStroke: (stroke) => strokes.push(stroke),
    finishArea: ignore,
    fillHoleAt: ignore,
    dropPieceAt: ignore,
    splitAlong: ignore,
    commentAt: ignore,
    inHand: () => null,
    reshape: ignore,
    ...change,
  };
  return { desk: made, prompts, strokes };
}

describe("points", () => {
  test("are on the object, or beside it with Alt or the right button", () => {
    const { desk: made, prompts } = desk();
    const tool = new PointTool(made);

    tool.onPointerDown(at(3, 4));
    tool.onPointerDown(at(5, 6, { altKey: true }));
    tool.onPointerDown(at(7, 8, { isSecondary: true }));

    expect(prompts.map((prompt) => prompt.kind === "point" && prompt.label)).toEqual([1, 0, 0]);
  });

  test("outside the image are none", () => {
    const { desk: made, prompts } = desk();

    new PointTool(made).onPointerDown(at(-1, 4));

    expect(prompts).toEqual([]);
  });
});

describe("a box", () => {
  test("is the drag, inside the image, whichever corner it began in", () => {
    const { desk: made, prompts } = desk();
    const tool = new BoxTool(made);

    tool.onPointerDown(at(40, 15));
    tool.onPointerMove(at(10, 9));
    tool.onPointerUp(at(5, 3));

    expect(prompts).toEqual([{ kind: "box", box_xyxy: [5, 3, 30, 15] }]);
  });

  test("too small to be meant is a click", () => {
    const { desk: made, prompts } = desk();
    const tool = new BoxTool(made);

    tool.onPointerDown(at(10, 10));
    tool.onPointerUp(at(11, 11));

    expect(prompts).toEqual([{ kind: "point", xy: [11, 11], label: 1 }]);
  });

  test("too small to be meant, and beside the image, is nothing", () => {
    const { desk: made, prompts } = desk();
    const tool = new BoxTool(made);

    tool.onPointerDown(at(-4, 10));
    tool.onPointerUp(at(-3, 11));

    expect(prompts).toEqual([]);
  });

  test("that was cancelled is forgotten", () => {
    const { desk: made, prompts } = desk();
    const tool = new BoxTool(made);

    tool.onPointerDown(at(1, 1));
    tool.onCancel();
    tool.onPointerUp(at(9, 9));

    expect(prompts).toEqual([]);
  });
});

describe("a stroke", () => {
  test("is finished once, when the pen is lifted", () => {
    const { desk: made, strokes } = desk();
    const tool = new BrushTool(made);

    tool.onPointerDown(at(2, 2));
    tool.onPointerMove(at(6, 2));
    tool.onPointerUp(at(9, 2));
    tool.onPointerMove(at(12, 2));

    expect(strokes).toMatchObject([{ radius_px: 2, value: 1 }]);
    expect(strokes[0]?.points).toHaveLength(3);
  });

  test("of the eraser takes away, and so does the brush's with Alt", () => {
    const { desk: made, strokes } = desk();
    const [brush, eraser] = [new BrushTool(made), new EraserTool(made)];

    brush.onPointerDown(at(2, 2, { altKey: true }));
    brush.onPointerUp(at(2, 2));
    eraser.onPointerDown(at(2, 2));
    eraser.onPointerUp(at(2, 2));

    expect(strokes.map(({ value }) => value)).toEqual([0, 0]);
  });

  test("paints the pixels whose centre the pen reaches, and no others", () => {
    const point = fc.record({
      x: fc.double({ min: -5, max: 35, noNaN: true }),
      y: fc.double({ min: -5, max: 25, noNaN: true }),
    });
    const pen = fc.double({ min: 1, max: 8, noNaN: true });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 4 }), pen, (points, radius_px) => {
        const mask = paintStroke(null, { points, radius_px, value: 1 }, SIZE_HW);
        const wrong = centres().filter((centre) => {
          const distance = distanceTo(points, centre);
          const isOnEdge = Math.abs(distance - radius_px) < 1e-9;
          return !isOnEdge && contains(mask, centre) !== distance < radius_px;
        });
        expect(wrong).toEqual([]);
      }),
      { seed: 11 },
    );
  });

  test("erases what it paints and leaves the rest", () => {
    const box = { x0: 0, y0: 0, x1: 30, y1: 20 };
    const all = fromBitmap({ box, data: new Uint8Array(600).fill(1) }, SIZE_HW);
    const stroke = {
      points: [
        { x: 4, y: 4 },
        { x: 20, y: 12 },
      ],
      radius_px: 3,
    };

    const painted = paintStroke(null, { ...stroke, value: 1 }, SIZE_HW);
    const left = paintStroke(all, { ...stroke, value: 0 }, SIZE_HW);

    const sum = toBitmap(left, box).data.map((v, i) => v + (toBitmap(painted, box).data[i] ?? 0));
    expect(new Set(sum)).toEqual(new Set([1]));
  });

  test("of a pen is as wide as it presses, and ends as wide as before it was lifted", () => {
    const { desk: made, strokes } = desk();
    const tool = new BrushTool(made);

    tool.onPointerDown(at(2, 2, { pressure: 0.5 }));
    tool.onPointerMove(at(6, 2, { pressure: 1 }));
    tool.onPointerMove(at(9, 2, { pressure: 0.25 }));
    tool.onPointerUp(at(12, 2, { pressure: 0 }));

    expect(strokes[0]).toMatchObject({ radius_px: 2, radii_px: [1, 2, 0.5, 0.5] });
  });

  test("of a pen that hardly touches is fine, and never nothing", () => {
    const { desk: made, strokes } = desk();
    const tool = new EraserTool(made);

    tool.onPointerDown(at(2, 2, { pressure: 0 }));
    tool.onPointerUp(at(2, 2, { pressure: 0 }));

    expect(strokes[0]?.radii_px).toEqual([0.2]);
  });

  test("of changing pressure goes evenly from one width to the next", () => {
    const points = [
      { x: 3, y: 5 },
      { x: 13, y: 5 },
    ];
    const radii_px = [1, 4];

    const mask = paintStroke(null, { points, radius_px: 4, radii_px, value: 1 }, SIZE_HW);

    const heights = Array.from({ length: 18 }, (_, x) =>
      centres().filter((centre) => centre.x === x + 0.5 && contains(mask, centre)),
    ).map((column) => column.length);
    expect(heights).toEqual([0, 0, 2, 2, 2, 4, 4, 4, 6, 6, 6, 8, 8, 8, 8, 6, 4, 0]);
  });

  test("of even pressure paints what a mouse does", () => {
    const points = [
      { x: 3, y: 5 },
      { x: 13, y: 9 },
      { x: 8, y: 14 },
    ];
    const stroke = { points, radius_px: 3, value: 1 } as const;

    const pressed = paintStroke(null, { ...stroke, radii_px: [3, 3, 3] }, SIZE_HW);

    expect(pressed.ends).toEqual(paintStroke(null, stroke, SIZE_HW).ends);
  });

  test("of a fine pen still marks the pixel under it", () => {
    const mask = paintStroke(
      null,
      { points: [{ x: 5.2, y: 6.9 }], radius_px: 0.1, value: 1 },
      SIZE_HW,
    );

    expect(contains(mask, { x: 5.2, y: 6.9 })).toBe(true);
  });
});

function centres(): { x: number; y: number }[] {
  const [height, width] = SIZE_HW;
  return Array.from({ length: height * width }, (_, index) => ({
    x: (index % width) + 0.5,
    y: Math.floor(index / width) + 0.5,
  }));
}

function distanceTo(points: readonly { x: number; y: number }[], p: { x: number; y: number }) {
  let nearest = Number.POSITIVE_INFINITY;
  points.forEach((to, index) => {
    const from = points[Math.max(index - 1, 0)] ?? to;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length2 = dx * dx + dy * dy;
    const raw = length2 === 0 ? 0 : ((p.x - from.x) * dx + (p.y - from.y) * dy) / length2;
    const along = Math.min(Math.max(raw, 0), 1);
    nearest = Math.min(nearest, Math.hypot(p.x - from.x - along * dx, p.y - from.y - along * dy));
  });
  return nearest;
}
