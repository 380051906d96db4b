import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskFromRLE } from "@/editor/mask";
import { isSameMask, shiftMask } from "@/editor/mask-sets";
import { bench } from "./desk";
import { draw, masksOf, rowsOf } from "./drawings";

const block = draw("......", ".##...", ".##...", "......", "......");

describe("moving", () => {
  test("by dragging goes by whole pixels and is one step", () => {
    const { editor, saved, drag, drawn } = bench({
      masks: { a: block },
      selected: "a",
      tool: "move",
    });
    drag([1.5, 1.5], [2.2, 1.5], [3.6, 2.4]);
    const after = drawn().a;
    editor.undo();

    expect(after).toEqual(["......", "......", "...##.", "...##.", "......"]);
    expect(saved).toMatchObject([[{ kind: "revise", mask: "a" }], [{ kind: "revise" }]]);
    expect(drawn().a).toEqual(rowsOf(block));
  });

  test("takes the object under the pointer when it is not the selected one", () => {
    const other = draw("......", "......", "......", "......", "....#.");
    const { editor, drag, drawn } = bench({
      masks: { a: block, b: other },
      selected: "a",
      tool: "move",
    });
    drag([4.5, 4.5], [3.5, 4.5]);

    expect(drawn().a).toEqual(rowsOf(block));
    expect(drawn().b?.[4]).toBe("...#..");
    expect(editor.selection.get()?.id).toBe("b");
  });

  test("by arrow keys is one step, however many presses it took", () => {
    const { editor, saved, drawn } = bench({ masks: { a: block }, selected: "a", tool: "move" });
    const tool = editor.tool.get();
    for (let press = 0; press < 3; press += 1) tool.nudge?.(1, 0);
    tool.nudge?.(0, -1);
    const ghost = editor.ghost.get();
    tool.settle?.();

    expect(ghost).toMatchObject({ dx: 3, dy: -1 });
    expect(saved).toHaveLength(1);
    expect(drawn().a).toEqual(["....##", "....##", "......", "......", "......"]);
  });

  test("is dropped by Escape, and a click moves nothing", () => {
    const { editor, saved, click } = bench({ masks: { a: block }, selected: "a", tool: "move" });
    editor.tool.get().nudge?.(2, 0);
    editor.cancel();
    click(1.5, 1.5);

    expect(editor.ghost.get()).toBeNull();
    expect(saved).toEqual([]);
  });

  test("never moves a mask off the image", () => {
    const { editor, drawn } = bench({ masks: { a: block }, selected: "a", tool: "move" });
    const tool = editor.tool.get();
    for (let press = 0; press < 9; press += 1) tool.nudge?.(1, 0);
    tool.finish?.();

    expect(drawn().a?.[1]).toBe(".....#");
  });

  test("there and back in one gesture is as if nothing was, even over the border", () => {
    const step = fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 }));
    fc.assert(
      fc.property(masksOf([5, 6]), fc.array(step, { maxLength: 5 }), (mask, steps) => {
        if (mask.area_px === 0) return;
        const { editor, saved, drag } = bench({ masks: { a: mask }, selected: "a", tool: "move" });
        drag([2, 2], ...steps.map(([dx, dy]) => [2 + dx, 2 + dy] as const), [2, 2]);
        expect(saved).toEqual([]);
        expect(editor.ghost.get()).toBeNull();
      }),
      { seed: 31, numRuns: 60 },
    );
  });

  test("shows what it will be", () => {
    fc.assert(
      fc.property(masksOf([5, 6]), fc.integer({ min: -2, max: 2 }), (mask, dx) => {
        if (shiftMask(mask, dx, 1).area_px === 0) return;
        const { editor } = bench({ masks: { a: mask }, selected: "a", tool: "move" });
        editor.tool.get().nudge?.(dx, 1);
        const ghost = editor.ghost.get();
        editor.tool.get().finish?.();
        const row = editor.annotations.get().masks.get("a");
        const wanted = ghost && shiftMask(ghost.mask, ghost.dx, ghost.dy);
        expect(wanted && row && isSameMask(maskFromRLE(row.rle), wanted)).toBe(true);
      }),
      { seed: 32, numRuns: 60 },
    );
  });
});

describe("a mask as a polygon", () => {
  test("shows its corners, and changes nothing by that", () => {
    const { editor, saved } = bench({ masks: { a: block }, selected: "a", tool: "outline" });

    expect(editor.sketch.get()?.lines).toEqual([[3, 1, 3, 3, 1, 3, 1, 1]]);
    editor.takeTool("select");
    expect(editor.sketch.get()).toBeNull();
    expect(saved).toEqual([]);
  });

  test("follows its corners; each move is one step, and undo takes the corner back", () => {
    const { editor, saved, drag, drawn } = bench({
      masks: { a: block },
      selected: "a",
      tool: "outline",
    });
    drag([3, 3], [4, 3], [5, 5]);
    const corners = editor.sketch.get()?.lines;

    expect(drawn().a).toEqual(["......", ".##...", ".###..", "..##..", "....#."]);
    expect(corners).toEqual([[3, 1, 5, 5, 1, 3, 1, 1]]);
    editor.undo();
    expect(saved).toHaveLength(2);
    expect(drawn().a).toEqual(rowsOf(block));
    expect(editor.sketch.get()?.lines).toEqual([[3, 1, 3, 3, 1, 3, 1, 1]]);
  });

  test("gets a corner where an edge is dragged", () => {
    const { editor, drag, drawn } = bench({ masks: { a: block }, selected: "a", tool: "outline" });
    drag([3, 2], [5, 2]);

    expect(drawn().a).toEqual(["......", ".###..", ".###..", "......", "......"]);
    expect(editor.sketch.get()?.lines[0]).toHaveLength(10);
  });

  test("loses a corner by Alt, or by Backspace the one touched last", () => {
    const { editor, click, drawn } = bench({ masks: { a: block }, selected: "a", tool: "outline" });
    click(3, 3, { altKey: true });
    const after = drawn().a;
    editor.undo();
    click(1, 1);
    editor.remove();

    expect(after).toEqual(["......", ".#....", "......", "......", "......"]);
    expect(drawn().a).toEqual(["......", "..#...", ".##...", "......", "......"]);
    expect(editor.annotations.get().masks.get("a")?.isDeleted).toBe(false);
  });

  test("of a proposal becomes a mask with its first move, and goes on being edited", () => {
    const { editor, saved, drag } = bench({
      proposals: { p: block },
      selected: "p",
      tool: "outline",
    });
    drag([3, 3], [5, 5]);
    drag([5, 5], [6, 5]);

    expect(saved).toMatchObject([[{ kind: "create", proposal: "p" }], [{ kind: "revise" }]]);
    expect(editor.sketch.get()?.lines).toEqual([[3, 1, 6, 5, 1, 3, 1, 1]]);
  });

  test("that is locked stays what it was", () => {
    const { editor, saved, drag } = bench({ masks: { a: block }, selected: "a", tool: "outline" });
    editor.view.setLocked(["a"], true);
    drag([3, 3], [5, 5]);

    expect(saved).toEqual([]);
    expect(editor.sketch.get()?.lines).toEqual([[3, 1, 3, 3, 1, 3, 1, 1]]);
    expect(editor.notice.get()).toContain("locked");
  });
});
