import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makePart, takeOut } from "@/editor/part-commands";
import { selectAlso } from "@/editor/several";
import { ancestorsOf, placeUnder } from "@/editor/tree";
import { bench, type Setting } from "./desk";
import { draw } from "./drawings";

const WHOLE = draw("######", "######", "######", "######", "......");
const MIDDLE = draw(".###..", ".###..", ".###..", "......", "......");
const INSIDE = draw("......", ".##...", "......", "......", "......");
const BESIDE = draw("......", "......", "......", "......", "######");

function open(setting: Partial<Setting> = {}) {
  const masks = { whole: WHOLE, middle: MIDDLE, part: INSIDE, beside: BESIDE };
  const made = bench({ masks, ...setting });
  const parents = () =>
    Object.fromEntries(
      [...made.editor.annotations.get().masks].map(([id, { parent }]) => [id, parent]),
    );
  return { ...made, parents };
}

const NONE = { whole: null, middle: null, part: null, beside: null };

describe("the selected mask", () => {
  test("becomes a part of the smallest one that it lies in, and is taken out again", () => {
    const { editor, saved, parents } = open({ selected: "part" });
    makePart(editor);
    expect(parents()).toEqual({ ...NONE, part: "middle" });
    takeOut(editor);
    expect(parents()).toEqual(NONE);

    expect(saved).toMatchObject([
      [{ kind: "revise", mask: "part", parent: "middle", effort: { tool: "part" } }],
      [{ kind: "revise", mask: "part", parent: null, effort: { tool: "no-part" } }],
    ]);
    editor.undo();
    expect(parents().part).toBe("middle");
    editor.undo();
    expect(parents()).toEqual(NONE);
  });

  test("is told why it becomes none", () => {
    const { editor, saved } = open({ selected: "beside", rows: { part: { parent: "middle" } } });
    makePart(editor);
    expect(editor.notice.get()).toBe("It lies in no larger mask.");
    editor.selection.set({ kind: "mask", id: "part" });
    makePart(editor);

    expect(editor.notice.get()).toBe("It is a part of the mask around it.");
    expect(saved).toEqual([]);
  });

  test("does not become a part of its own part", () => {
    const { editor, saved } = open({ selected: "middle", rows: { whole: { parent: "middle" } } });
    makePart(editor);

    expect(saved).toEqual([]);
  });
});

describe("several selected masks", () => {
  test("become parts of the first one, wherever they lie, in one step", () => {
    const { editor, saved, parents } = open({ selected: "beside" });
    for (const id of ["part", "whole"]) selectAlso(editor, { kind: "mask", id });
    makePart(editor);
    const after = parents();
    editor.undo();

    expect(after).toEqual({ ...NONE, part: "beside", whole: "beside" });
    expect(saved.map((step) => step.length)).toEqual([2, 2]);
    expect(parents()).toEqual(NONE);
  });

  test("that are parts of each other keep it so where they go", () => {
    const { editor, parents } = open({ rows: { part: { parent: "middle" } } });
    placeUnder(editor, ["part", "middle"], "whole");

    expect(parents()).toEqual({ ...NONE, part: "middle", middle: "whole" });
  });
});

test("whatever is put under whatever, no mask is its own part", () => {
  const ids = Object.keys(NONE);
  const step = fc.record({
    moved: fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1 }),
    whole: fc.constantFrom(null, ...ids),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const { editor } = open();
      for (const { moved, whole } of steps) placeUnder(editor, moved, whole);
      const { masks } = editor.annotations.get();
      for (const id of ids) expect(ancestorsOf(id, masks)).not.toContain(id);
    }),
    { seed: 17, numRuns: 200 },
  );
});
