/** One rule for every tool: what is made or changed stays in hand until it is accepted. */

import { describe, expect, test } from "vitest";
import { growByPixel } from "@/editor/mask-commands";
import type { ToolName } from "@/editor/tools/tool";
import { waitFor } from "../wait-for";
import { type Bench, bench, decodedAs, type Setting } from "./desk";
import { draw } from "./drawings";

const ring = draw("........", ".#####..", ".#...#..", ".#...#..", ".#####..", "........");
const CORNERS = [
  [1, 1],
  [5, 1],
  [5, 5],
  [1, 5],
] as const;

function begin(tool: ToolName, change: Setting = {}): Bench {
  return bench({ size_hw: [6, 8], tool, decode: async () => decodedAs(ring), ...change });
}

function inHand({ editor }: Bench): string | null {
  return editor.selection.get()?.kind ?? null;
}

const MAKE: Partial<Record<ToolName, (desk: Bench) => void>> = {
  brush: ({ drag }) => drag([2, 2], [5, 2]),
  lasso: ({ drag }) => drag(...CORNERS),
  polygon: ({ click, editor }) => {
    for (const [x, y] of CORNERS) click(x, y);
    editor.accept(); // closes it
  },
};
const CHANGE: Partial<Record<ToolName, (desk: Bench) => void>> = {
  ...MAKE,
  eraser: ({ drag }) => drag([1.5, 1.5], [5, 1.5]),
  fill: ({ click }) => click(3, 3),
  split: ({ drag }) => drag([0, 3], [8, 3]),
  move: ({ drag }) => drag([1.5, 1.5], [2.5, 1.5]),
  select: ({ editor }) => growByPixel(editor),
};

describe("a mask stays in hand, and A makes room for the next object, saving nothing", () => {
  test.each(Object.entries(MAKE))("made by %s", (tool, make) => {
    const desk = begin(tool as ToolName);
    desk.editor.setBrush(0.6);
    make(desk);
    const [before, saves] = [inHand(desk), desk.saved.length];
    desk.editor.accept();

    expect([before, saves]).toEqual(["mask", 1]);
    expect([inHand(desk), desk.saved.length]).toEqual([null, 1]);
  });

  test.each(Object.entries(CHANGE))("changed by %s", (tool, change) => {
    const desk = begin(tool as ToolName, { masks: { a: ring }, selected: "a" });
    desk.editor.setBrush(0.6);
    change(desk);
    const [before, saves] = [inHand(desk), desk.saved.length];
    desk.editor.accept();

    expect([before, saves]).toEqual(["mask", 1]);
    expect([inHand(desk), desk.saved.length]).toEqual([null, 1]);
  });

  test.each([undefined, "a"])("prompted for, from %s", async (selected) => {
    const desk = begin("point", { masks: { a: ring }, ...(selected && { selected }) });
    desk.click(3, 3);
    await waitFor(() => expect(desk.editor.draft.mask).not.toBeNull());
    desk.editor.accept();

    expect([inHand(desk), desk.saved.length]).toEqual([null, 1]);
  });
});

test("A with a mask in hand never means a proposal that the pointer happens to be over", () => {
  const desk = begin("brush", { proposals: { p: ring } });
  desk.editor.setBrush(0.6);
  desk.drag([6.5, 5], [7.5, 5]);
  desk.editor.pointAt({ x: 1.5, y: 1.5 });
  desk.editor.accept();
  const afterOne = desk.editor.annotations.get().proposals.get("p")?.state;
  desk.editor.accept();

  expect(afterOne).toBe("pending");
  expect(desk.editor.annotations.get().proposals.get("p")?.state).toBe("accepted");
});
