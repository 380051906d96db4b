import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contains, fromBitmap, toBitmap } from "@/editor/mask";
import type { Prompt } from "@/editor/operations";
import { paintStroke, type Stroke } from "@/editor/stroke";
import { BoxTool } from "@/editor/tools/box-tool";
import { BrushTool } from "@/editor/tools/brush-tool";
import { EraserTool } from "@/editor/tools/eraser-tool";
import { PointTool } from "@/editor/tools/point-tool";
import type { Desk, ToolPointer } from "@/editor/tools/tool";
import { SIZE_HW } from "./annotations";

function desk() {
  const prompts: Prompt[] = [];
  const strokes: Stroke[] = [];
  const made: Desk = {
    size_hw: SIZE_HW,
    brushRadius_px: 2,
    pixelsPerScreenPixel: 1,
    selectAt: () => undefined,
    prompt: (prompt) => prompts.push(prompt),
    showBox: () => undefined,
    showStroke: () => undefined,
    finishStroke: (stroke) => strokes.push(stroke),
  };
  return { desk: made, prompts, strokes };
}

function at(x: number, y: number, change: Partial<ToolPointer> = {}): ToolPointer {
  return {
    at: { x, y },
    altKey: false,
    shiftKey: false,
    isSecondary: false,
    time_ms: 0,
    ...change,
  };
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
