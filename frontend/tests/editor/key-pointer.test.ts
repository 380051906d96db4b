import { describe, expect, test } from "vitest";
import { fitView, type ImagePoint, toScreen, type View } from "@/editor/geometry";
import { type Board, KeyPointer } from "@/editor/render/key-pointer";
import { Signal } from "@/editor/signal";
import { type Bench, bench, type Setting } from "./desk";
import { draw } from "./drawings";

const block = draw("......", ".##...", ".##...", "......", "......");

function keyboard(setting: Setting): Bench & { board: Board; pointer: KeyPointer } {
  const made = bench(setting);
  const [height, width] = made.editor.size_hw;
  const size = new Signal({ width: 200, height: 200 });
  const area = { width, height };
  const view = new Signal(fitView(size.get(), area));
  const board: Board = {
    ...{ view, size, area, pointer: new Signal<ImagePoint | null>(null) },
    ...{ hasCross: new Signal(false), setView: (to: View) => view.set(to) },
  };
  return { ...made, board, pointer: new KeyPointer(made.editor, board) };
}

describe("a pointer for keyboards", () => {
  test("begins in the middle, and goes to the centres of pixels", () => {
    const { board, pointer } = keyboard({ size_hw: [20, 30] });
    pointer.move(1, 0);

    expect(board.pointer.get()).toEqual({ x: 16.5, y: 10.5 });
    expect(board.hasCross.get()).toBe(true);
  });

  test("moves by pixels of the screen, by one of the image at least, and never off it", () => {
    const { board, pointer } = keyboard({ size_hw: [2000, 2000] });
    pointer.move(5, 0);
    const coarse = board.pointer.get();
    board.view.set({ scale: 10, x: -10_000, y: -10_000 });
    pointer.move(0, 5);
    const fine = board.pointer.get();
    for (let press = 0; press < 100; press += 1) pointer.move(-500, 0);

    expect(coarse).toEqual({ x: 1000 + Math.round(5 / (152 / 2000)) + 0.5, y: 1000.5 });
    expect(fine).toEqual({ x: coarse?.x, y: 1001.5 });
    expect(board.pointer.get()?.x).toBe(0.5);
  });

  test("takes the view along to where it goes", () => {
    const { board, pointer } = keyboard({ size_hw: [200, 200] });
    board.view.set({ scale: 10, x: -900, y: -900 });
    for (let press = 0; press < 5; press += 1) pointer.move(50, 0);
    const at = board.pointer.get();

    expect(at).not.toBeNull();
    if (at === null) return;
    const { x, y } = toScreen(board.view.get(), at);
    expect(x).toBeCloseTo(176);
    expect(y).toBeGreaterThanOrEqual(0);
  });

  test("shows what lies under it", () => {
    const { editor, pointer } = keyboard({ masks: { a: block } });
    for (const [dx, dy] of [[-5, 0] as const, [0, -5] as const]) pointer.move(dx, dy);

    expect(editor.hover.get()).toEqual({ kind: "mask", id: "a" });
  });

  test("presses the button that a tool takes as the mouse's, once until it is let go", () => {
    const { editor, pointer } = keyboard({ size_hw: [20, 30], tool: "point" });
    pointer.move(0, 1);
    pointer.press(false);
    pointer.press(false);
    pointer.release();
    pointer.move(40, 0);
    pointer.press(true);
    pointer.release();

    const [first, second, ...more] = editor.draft.state.get()?.prompts ?? [];
    expect(first).toMatchObject({ label: 1, xy: [15.5, 11.5] });
    expect(second).toMatchObject({ label: 0 });
    expect(more).toEqual([]);
  });

  test("does nothing before one has seen where it is", () => {
    const { editor, board, pointer } = keyboard({ size_hw: [20, 30], tool: "point" });
    pointer.press(false);
    pointer.release();

    expect(board.hasCross.get()).toBe(true);
    expect(editor.draft.state.get()).toBeNull();
  });

  test("drags while the button is held", () => {
    const { drawn, pointer } = keyboard({ masks: { a: block }, tool: "move" });
    pointer.move(-5, -5);
    pointer.press(false);
    pointer.move(5, 0);
    pointer.move(5, 0);
    pointer.release();

    expect(drawn().a).toEqual(["......", "...##.", "...##.", "......", "......"]);
  });

  test("leaves arrow keys to Move where a mask is in hand", () => {
    const { editor } = keyboard({ masks: { a: block }, tool: "move" });
    const withNothing = editor.tool.get().nudge?.(1, 0);
    editor.selection.set({ kind: "mask", id: "a" });

    expect(withNothing).toBe(false);
    expect(editor.tool.get().nudge?.(1, 0)).toBe(true);
  });
});
