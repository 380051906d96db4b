import { expect, test } from "vitest";
import type { Prompt } from "@/editor/operations";
import type { Context } from "@/editor/render/layer";
import { drawPrompt } from "@/editor/render/prompts";

/** What is drawn of a prompt, in a view of twice the size whose corner is moved by (10, 20). */
function drawn(prompt: Prompt, radius_px: number): unknown[][] {
  const calls: unknown[][] = [];
  const pen = { fillStyle: "", strokeStyle: "", lineWidth: 0 };
  const note =
    (name: string, style: () => string) =>
    (...args: number[]): void => {
      calls.push([name, style(), ...args]);
    };
  const context = Object.assign(pen, {
    ...{ setLineDash: () => undefined, beginPath: () => undefined },
    arc: (x: number, y: number, radius: number) => calls.push(["disc", x, y, radius]),
    moveTo: () => undefined,
    lineTo: (x: number, y: number) => calls.push(["to", x, y]),
    fill: note("fill", () => pen.fillStyle),
    stroke: note("stroke", () => pen.strokeStyle),
    strokeRect: note("box", () => pen.strokeStyle),
  });
  drawPrompt(context as unknown as Context, prompt, { scale: 2, x: 10, y: 20 }, radius_px);
  return calls;
}

test("a point of the object is light with a plus, one beside it dark with a minus", () => {
  const at = (label: 0 | 1): Prompt => ({ kind: "point", xy: [3, 4], label });

  expect(drawn(at(1), 5)).toEqual([
    ["disc", 16, 28, 5],
    ["fill", "#ffffff"],
    ["stroke", "#17191f"],
    ["to", 18.3, 28],
    ["to", 16, 30.3],
    ["stroke", "#17191f"],
  ]);
  expect(drawn(at(0), 5)).toEqual([
    ["disc", 16, 28, 5],
    ["fill", "#17191f"],
    ["stroke", "#ffffff"],
    ["to", 18.3, 28],
    ["stroke", "#ffffff"],
  ]);
});

test("a box is dashed light on dark, so that it is seen on any picture", () => {
  expect(drawn({ kind: "box", box_xyxy: [1, 2, 4, 7] }, 5)).toEqual([
    ["box", "#17191f", 12, 24, 6, 10],
    ["box", "#ffffff", 12, 24, 6, 10],
  ]);
});
