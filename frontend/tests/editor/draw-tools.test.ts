import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskFromRLE } from "@/editor/mask";
import { isSameMask, subtract, union } from "@/editor/mask-sets";
import { areaInside } from "@/editor/outline";
import type { ToolName } from "@/editor/tools/tool";
import { bench } from "./desk";
import { draw, masksOf, rowsOf } from "./drawings";
import { at } from "./pointer";

const block = draw("......", ".###..", ".###..", ".###..", "......", "......");
const square = [
  [3, 2],
  [6, 2],
  [6, 6],
  [3, 6],
] as const;

describe("the polygon", () => {
  test("closed by Enter begins a new mask", () => {
    const { editor, saved, click, drawn } = bench({ size_hw: [6, 6], tool: "polygon" });
    for (const [x, y] of square) click(x, y);
    editor.accept();

    const [mask] = Object.values(drawn());
    expect(mask).toEqual(["......", "......", "...###", "...###", "...###", "...###"]);
    expect(saved).toMatchObject([[{ kind: "create", effort: { strokes: 1 } }]]);
    expect(editor.sketch.get()).toBeNull();
  });

  test("closed by a click on its first corner adds to the selected mask", () => {
    const { saved, click, drawn } = bench({
      masks: { a: block },
      selected: "a",
      tool: "polygon",
    });
    for (const [x, y] of [...square, [3.1, 2.1] as const]) click(x, y);

    expect(saved).toMatchObject([[{ kind: "revise", mask: "a" }]]);
    expect(drawn().a).toEqual(["......", ".###..", ".#####", ".#####", "...###", "...###"]);
  });

  test("closed by a double click, which is no corner twice", () => {
    const { saved, click, drawn } = bench({ size_hw: [6, 6], tool: "polygon" });
    for (const [index, [x, y]] of square.entries()) click(x, y, { time_ms: 1000 * index });
    click(3, 6, { time_ms: 3200 });

    expect(saved).toHaveLength(1);
    expect(Object.values(drawn())[0]?.[5]).toBe("...###");
  });

  test("begun with Alt takes away from the selected mask, or from the one that it covers most", () => {
    for (const selected of ["a", undefined]) {
      const { editor, saved, click, drawn } = bench({
        masks: { a: block, b: draw("......", "......", "......", "......", "......", "...#..") },
        tool: "polygon",
        ...(selected === undefined ? {} : { selected }),
      });
      for (const [index, [x, y]] of square.entries()) click(x, y, { altKey: index === 0 });
      editor.accept();

      expect(saved).toMatchObject([[{ kind: "revise", mask: "a" }]]);
      expect(drawn().a).toEqual(["......", ".###..", ".##...", ".##...", "......", "......"]);
    }
  });

  test("goes back by a corner with Backspace or undo, and is dropped by Escape alone", () => {
    const { editor, saved, click } = bench({
      masks: { a: block },
      selected: "a",
      tool: "polygon",
    });
    for (const [x, y] of square) click(x, y);
    editor.remove();
    editor.undo();
    const corners = editor.sketch.get()?.lines[0]?.length;
    editor.cancel();

    expect(corners).toBe(4);
    expect(editor.sketch.get()).toBeNull();
    expect(editor.selection.get()?.id).toBe("a");
    expect(saved).toEqual([]);
  });

  test("is closed, not lost, when another tool is taken", () => {
    const { editor, saved, click } = bench({ size_hw: [6, 6], tool: "polygon" });
    for (const [x, y] of square) click(x, y);
    editor.takeTool("brush");

    expect(saved).toMatchObject([[{ kind: "create" }]]);
  });

  test("of fewer than three corners is nothing", () => {
    const { editor, saved, click } = bench({ size_hw: [6, 6], tool: "polygon" });
    click(1, 1);
    click(5, 1);
    editor.accept();

    expect(saved).toEqual([]);
  });

  test("follows the pointer to its next corner", () => {
    const { editor, click } = bench({ size_hw: [6, 6], tool: "polygon" });
    click(1, 1);
    editor.tool.get().onHover?.({ x: 4, y: 2 });

    expect(editor.sketch.get()?.lines).toEqual([[1, 1, 4, 2]]);
  });
});

describe("the lasso", () => {
  test("adds what it goes around, as one step of undo", () => {
    const { editor, drag, drawn } = bench({ masks: { a: block }, selected: "a", tool: "lasso" });
    drag(...square);
    const after = drawn().a;
    editor.undo();

    expect(after).toEqual(["......", ".###..", ".#####", ".#####", "...###", "...###"]);
    expect(drawn().a).toEqual(rowsOf(block));
  });

  test("that takes all of a mask deletes it", () => {
    const { editor, saved } = bench({ masks: { a: block }, selected: "a", tool: "lasso" });
    const tool = editor.tool.get();
    tool.onPointerDown(at(0, 0, { altKey: true }));
    for (const [x, y] of [
      [6, 0],
      [6, 6],
      [0, 6],
    ] as const) {
      tool.onPointerMove(at(x, y));
    }
    tool.onPointerUp(at(0, 6));

    expect(saved).toMatchObject([[{ kind: "delete", mask: "a" }]]);
  });

  test("turns a proposal into the mask that it corrects", () => {
    const { saved, drag } = bench({ proposals: { p: block }, selected: "p", tool: "lasso" });
    drag(...square);

    expect(saved).toMatchObject([[{ kind: "create", proposal: "p" }]]);
  });

  test("adds and takes away exactly the pixels inside its line", () => {
    const place = fc.tuple(fc.nat({ max: 12 }), fc.nat({ max: 12 }));
    const line = fc.array(place, { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(masksOf([6, 6]), line, fc.boolean(), (mask, places, adds) => {
        if (mask.area_px === 0) return;
        const { editor } = bench({ masks: { a: mask }, selected: "a", tool: "lasso" });
        const points = places.map(([x, y]) => ({ x: x / 2, y: y / 2 }));
        const tool = editor.tool.get();
        points.forEach(({ x, y }, index) => {
          if (index === 0) tool.onPointerDown(at(x, y, { altKey: !adds }));
          else tool.onPointerMove(at(x, y));
        });
        tool.onPointerUp(at(points.at(-1)?.x ?? 0, points.at(-1)?.y ?? 0));
        const area = areaInside(points, [6, 6]);
        const wanted = adds ? union(mask, area) : subtract(mask, area);
        const row = editor.annotations.get().masks.get("a");
        if (wanted.area_px === 0) expect(row?.isDeleted).toBe(true);
        else expect(row && isSameMask(maskFromRLE(row.rle), wanted)).toBe(true);
      }),
      { seed: 30, numRuns: 100 },
    );
  });
});

describe("filling", () => {
  const ring = draw("####..", "#..#..", "#..#..", "####..", "......", ".....#");

  test("a hole of the selected mask fills that one", () => {
    const { saved, click, drawn } = bench({ masks: { a: ring }, selected: "a", tool: "fill" });
    click(1.5, 1.5);

    expect(saved).toMatchObject([[{ kind: "revise", mask: "a" }]]);
    expect(drawn().a?.slice(0, 4)).toEqual(Array(4).fill("####.."));
  });

  test("finds the mask whose hole it is when nothing, or another one, is selected", () => {
    const other = draw("......", "......", "......", "......", "......", "####..");
    for (const selected of ["b", undefined]) {
      const setting = { masks: { a: ring, b: other }, tool: "fill" } as const;
      const { saved, click } = bench(selected === undefined ? setting : { ...setting, selected });
      click(1.5, 1.5);

      expect(saved).toMatchObject([[{ kind: "revise", mask: "a" }]]);
    }
  });

  test("a gap between masks makes a new one of it", () => {
    const { saved, click, drawn } = bench({
      masks: { a: draw("###.", "#...", "#..."), b: draw("....", "..##", ".##.") },
      tool: "fill",
    });
    click(1.5, 1.5);

    expect(saved).toMatchObject([[{ kind: "create" }]]);
    expect(Object.values(drawn()).at(-1)).toEqual(["....", ".#..", "...."]);
  });

  test("where no hole is says so, and changes nothing", () => {
    const { editor, saved, click } = bench({ masks: { a: ring }, tool: "fill" });
    click(5.5, 0.5);

    expect(saved).toEqual([]);
    expect(editor.notice.get()).toContain("hole");
  });

  test("with Alt clears the piece under it instead", () => {
    const { click, drawn } = bench({ masks: { a: ring }, selected: "a", tool: "fill" });
    click(5.5, 5.5, { altKey: true });

    expect(drawn().a?.[5]).toBe("......");
  });
});

describe("splitting", () => {
  const bar = draw("........", ".######.", "........");

  test("keeps the larger part as the mask, and makes another of the same label", () => {
    const { editor, saved, drag, drawn } = bench({
      masks: { a: bar },
      rows: { a: { label: 4, parent: "whole" } },
      selected: "a",
      tool: "split",
    });
    drag([3, 0], [3, 3]);

    expect(saved).toMatchObject([
      [
        { kind: "revise", mask: "a" },
        { kind: "create", label: 4, parent: "whole" },
      ],
    ]);
    expect(drawn().a?.[1]).toBe("...####.");
    expect(Object.values(drawn())[1]?.[1]).toBe(".##.....");
    editor.undo();
    expect(Object.values(drawn())).toEqual([rowsOf(bar)]);
    editor.redo();
    expect(Object.values(drawn())).toHaveLength(2);
  });

  test("finds the mask that the line crosses", () => {
    const { saved, drag } = bench({
      masks: { a: bar, b: draw("........", "........", "##......") },
      tool: "split",
    });
    drag([5, 0], [5, 1.5], [5, 3]);

    expect(saved).toMatchObject([[{ kind: "revise", mask: "a" }, { kind: "create" }]]);
  });

  test("a proposal makes masks of both parts", () => {
    const { saved, drag } = bench({ proposals: { p: bar }, selected: "p", tool: "split" });
    drag([3, 0], [3, 3]);

    const [[larger, smaller] = []] = saved;
    expect(larger).toMatchObject({ kind: "create", proposal: "p" });
    expect(smaller).not.toHaveProperty("proposal");
  });

  test("that does not divide anything says so", () => {
    const { editor, saved, drag } = bench({ masks: { a: bar }, selected: "a", tool: "split" });
    drag([0.2, 0], [0.2, 3]);

    expect(saved).toEqual([]);
    expect(editor.notice.get()).toContain("cross");
  });

  test("with Shift is straight", () => {
    const { editor, drawn } = bench({ masks: { a: bar }, selected: "a", tool: "split" });
    const tool = editor.tool.get();
    tool.onPointerDown(at(5, 0));
    tool.onPointerMove(at(0, 1));
    tool.onPointerUp(at(5, 3, { shiftKey: true }));

    expect(drawn().a?.[1]).toBe(".####...");
  });
});

test("no drawing changes an image that is only looked at", () => {
  const tools: ToolName[] = ["polygon", "lasso", "fill", "split", "move", "outline", "scribble"];
  for (const tool of tools) {
    const { editor, saved, drag } = bench({ masks: { a: block }, selected: "a", tool });
    editor.isReadOnly.set(true);
    drag([0, 2.5], [6, 2.5], [6, 6], [0, 6]);
    editor.accept();

    expect(saved).toEqual([]);
    expect(editor.draft.state.get()).toBeNull();
  }
});
