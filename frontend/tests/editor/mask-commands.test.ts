import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { speckSize_px } from "@/editor/components";
import { maskFromRLE } from "@/editor/mask";
import {
  cutByNeighbours,
  cutNeighbours,
  dropAllSpecks,
  dropSpecksBelow,
  duplicate,
  fillAllHoles,
  growByPixel,
  mergeSelected,
  shrinkByPixel,
  specksInHand,
} from "@/editor/mask-commands";
import { intersect, union } from "@/editor/mask-sets";
import { liveMasks } from "@/editor/picking";
import { selectAlso } from "@/editor/several";
import { waitFor } from "../wait-for";
import { ALL_COMMANDS } from "./all-commands";
import { bench, decodedAs } from "./desk";
import { draw, masksOf, rowsOf } from "./drawings";

const ring = draw("###...", "#.#...", "###...", "......", ".....#");
const left = draw("....", "###.", "....");
const right = draw("....", ".###", "....");

describe("on the selected mask", () => {
  test.each([
    ["holes are filled", fillAllHoles, ["###...", "###...", "###...", "......", ".....#"]],
    ["specks are dropped", dropAllSpecks, ["###...", "#.#...", "###...", "......", "......"]],
    [
      "a pixel is added all around",
      growByPixel,
      ["####..", "####..", "####..", "###..#", "....##"],
    ],
    [
      "a pixel is taken all around",
      shrinkByPixel,
      ["#.....", "......", "......", "......", "......"],
    ],
  ] as const)("%s", (_, command, wanted) => {
    const { editor, saved, drawn } = bench({ masks: { a: ring }, selected: "a" });
    command(editor);
    const after = drawn().a;
    editor.undo();

    expect(after).toEqual(wanted);
    expect(saved).toMatchObject([[{ kind: "revise", mask: "a" }], [{ kind: "revise" }]]);
    expect(drawn().a).toEqual(rowsOf(ring));
  });

  test("what changes nothing is no step", () => {
    const { editor, saved } = bench({ masks: { a: left }, selected: "a" });
    for (const command of [fillAllHoles, dropAllSpecks, cutByNeighbours, cutNeighbours]) {
      command(editor);
    }

    expect(saved).toEqual([]);
    expect(editor.store.canUndo).toBe(false);
  });

  test("shrinking never takes all of it", () => {
    const { editor, saved } = bench({ masks: { a: left }, selected: "a" });
    shrinkByPixel(editor);

    expect(saved).toEqual([]);
    expect(editor.notice.get()).toContain("Nothing");
  });

  test("specks are told beforehand, and may be chosen by area", () => {
    const { editor, drawn } = bench({ masks: { a: ring }, selected: "a" });
    const told = specksInHand(editor);
    dropSpecksBelow(editor, 1);
    const before = drawn().a;
    dropSpecksBelow(editor, 2);

    expect(told).toEqual({ count: 1, below_px: speckSize_px(ring) });
    expect(before).toEqual(rowsOf(ring));
    expect(drawn().a?.[4]).toBe("......");
  });
});

describe("on other things in hand", () => {
  test("a selected proposal becomes the mask that the command makes of it", () => {
    const { editor, saved } = bench({ proposals: { p: ring }, selected: "p" });
    fillAllHoles(editor);

    expect(saved).toMatchObject([[{ kind: "create", proposal: "p" }]]);
  });

  test("a draft is finished as the command leaves it", async () => {
    const { editor, saved, drawn } = bench({
      size_hw: [5, 6],
      decode: async () => decodedAs(ring),
    });
    editor.prompt([{ kind: "point", xy: [1, 1], label: 1 }], 0);
    await waitFor(() => expect(editor.draft.mask).not.toBeNull());
    fillAllHoles(editor);

    expect(saved).toMatchObject([[{ kind: "create", effort: { prompts: [{}] } }]]);
    expect(Object.values(drawn())[0]?.[1]).toBe("###...");
  });

  test("several selected masks are changed in one step", () => {
    const { editor, saved } = bench({ masks: { a: left, b: right }, selected: "a" });
    selectAlso(editor, { kind: "mask", id: "b" });
    growByPixel(editor);
    editor.undo();

    expect(saved.map((step) => step.length)).toEqual([2, 2]);
  });

  test("nothing, an image that is only looked at, and a locked mask stay as they are", () => {
    for (const command of Object.values(ALL_COMMANDS)) {
      const none = bench({ masks: { a: ring, b: ring } });
      const looked = bench({ masks: { a: ring, b: ring }, selected: "a" });
      const locked = bench({ masks: { a: ring, b: ring }, selected: "a" });
      looked.editor.isReadOnly.set(true);
      locked.editor.view.setLocked(["a", "b"], true);
      for (const { editor, saved } of [none, looked, locked]) {
        if (editor.selection.get() !== null) selectAlso(editor, { kind: "mask", id: "b" });
        if (command === duplicate && editor === locked.editor) continue; // a copy changes nothing
        command(editor);
        expect(saved).toEqual([]);
      }
    }
  });
});

describe("merging", () => {
  test("gives the first mask all pixels, and the others go", () => {
    const { editor, saved, drawn } = bench({
      masks: { a: left, b: right, c: draw("#...", "....", "...#") },
      rows: { a: { label: 1 }, b: { label: 2 } },
      selected: "b",
    });
    selectAlso(editor, { kind: "mask", id: "a" });
    selectAlso(editor, { kind: "mask", id: "c" });
    mergeSelected(editor);
    const after = drawn();
    const label = editor.annotations.get().masks.get("b")?.label;
    editor.undo();

    expect(after).toEqual({ b: ["#...", "####", "...#"] });
    expect(label).toBe(2);
    expect(saved).toHaveLength(2);
    expect(Object.keys(drawn())).toEqual(["a", "b", "c"]);
  });

  test("brings the parts of the others along, and leaves no mask its own ancestor", () => {
    const { editor } = bench({
      masks: { whole: left, middle: left, a: left, b: right, part: right },
      rows: { middle: { parent: "whole" }, a: { parent: "middle" }, part: { parent: "b" } },
      selected: "a",
    });
    selectAlso(editor, { kind: "mask", id: "b" });
    selectAlso(editor, { kind: "mask", id: "middle" });
    mergeSelected(editor);
    const { masks } = editor.annotations.get();

    expect(masks.get("a")?.parent).toBe("whole");
    expect(masks.get("part")?.parent).toBe("a");
  });

  test("a part with its whole's whole does not make a circle", () => {
    const { editor } = bench({
      masks: { top: left, middle: left, a: right },
      rows: { middle: { parent: "top" }, a: { parent: "middle" } },
      selected: "a",
    });
    selectAlso(editor, { kind: "mask", id: "top" });
    mergeSelected(editor);
    const { masks } = editor.annotations.get();

    expect([masks.get("a")?.parent, masks.get("middle")?.parent]).toEqual([null, "a"]);
  });

  test("of one mask alone is nothing", () => {
    const { editor, saved } = bench({ masks: { a: left, b: right }, selected: "a" });
    mergeSelected(editor);

    expect(saved).toEqual([]);
  });
});

describe("cutting along a neighbour", () => {
  test("takes from the selected mask what others have", () => {
    const { editor, saved, drawn } = bench({ masks: { a: left, b: right }, selected: "a" });
    cutByNeighbours(editor);

    expect(saved).toMatchObject([[{ kind: "revise", mask: "a" }]]);
    expect(drawn()).toEqual({ a: ["....", "#...", "...."], b: rowsOf(right) });
  });

  test("or from the others what it has", () => {
    const { editor, saved, drawn } = bench({ masks: { a: left, b: right }, selected: "a" });
    cutNeighbours(editor);

    expect(saved).toMatchObject([[{ kind: "revise", mask: "b" }]]);
    expect(drawn()).toEqual({ a: rowsOf(left), b: ["....", "...#", "...."] });
  });

  test("leaves parts and wholes alone, which overlap by right", () => {
    const { editor, saved } = bench({
      masks: { whole: left, a: right, part: left },
      rows: { a: { parent: "whole" }, part: { parent: "a" } },
      selected: "a",
    });
    cutByNeighbours(editor);
    cutNeighbours(editor);

    expect(saved).toEqual([]);
  });

  test("means only the neighbours that are selected too, if some are", () => {
    const { editor, drawn } = bench({
      masks: { a: draw("####"), b: draw("#..."), c: draw("...#") },
      selected: "a",
    });
    selectAlso(editor, { kind: "mask", id: "c" });
    cutByNeighbours(editor);

    expect(drawn().a).toEqual(["###."]);
  });

  test("never takes all of a mask, nor anything from one that is hidden or locked", () => {
    const inner = draw("....", ".#..", "....");
    const covered = bench({ masks: { a: inner, b: left }, selected: "a" });
    cutByNeighbours(covered.editor);
    const covering = bench({ masks: { a: inner, b: left }, selected: "b" });
    cutNeighbours(covering.editor);
    const hidden = bench({ masks: { a: left, b: right, c: right }, selected: "a" });
    hidden.editor.setHidden("b", true);
    hidden.editor.view.setLocked(["c"], true);
    cutNeighbours(hidden.editor);

    for (const { saved } of [covered, covering, hidden]) expect(saved).toEqual([]);
    expect(covered.editor.notice.get()).toContain("nothing would be left");
  });

  test("leaves no overlap, and together the masks have the pixels that they had", () => {
    fc.assert(
      fc.property(fc.tuple(masksOf([5, 5]), masksOf([5, 5])), fc.boolean(), ([a, b], own) => {
        if (a.area_px === 0 || b.area_px === 0) return;
        const { editor } = bench({ masks: { a, b }, selected: "a" });
        (own ? cutByNeighbours : cutNeighbours)(editor);
        if (editor.notice.get() !== null) return;
        const [x, y] = liveMasks(editor.annotations.get()).map(({ rle }) => maskFromRLE(rle));
        expect(x && y && intersect(x, y).area_px).toBe(0);
        expect(x && y && rowsOf(union(x, y))).toEqual(rowsOf(union(a, b)));
      }),
      { seed: 41, numRuns: 100 },
    );
  });
});

describe("a copy", () => {
  const corner = draw("......", "......", "....##", "....##");

  test("has the same shape and label, lies aside on the image, and is selected", () => {
    const { editor, saved, drawn } = bench({
      masks: { a: corner },
      rows: { a: { label: 3, parent: "whole" } },
      selected: "a",
    });
    duplicate(editor);
    const copy = editor.selection.get()?.id ?? "";

    expect(saved).toMatchObject([[{ kind: "create", mask: copy, label: 3, parent: "whole" }]]);
    expect(drawn()[copy]).toEqual(["......", "...##.", "...##.", "......"]);
    expect(drawn().a).toEqual(rowsOf(corner));
  });

  test("of several masks is several, in one step", () => {
    const { editor, saved } = bench({ masks: { a: left, b: right }, selected: "a" });
    selectAlso(editor, { kind: "mask", id: "b" });
    duplicate(editor);
    editor.undo();

    expect(saved.map((step) => step.length)).toEqual([2, 2]);
    expect(liveMasks(editor.annotations.get())).toHaveLength(2);
  });
});

describe("selecting several", () => {
  test("adds and takes out, the first one staying in front", () => {
    const { editor } = bench({ masks: { a: left, b: right, c: right } });
    for (const id of ["a", "b", "c", "b"]) selectAlso(editor, { kind: "mask", id });
    const after = [editor.selection.get()?.id, ...editor.alsoSelected.get()];
    selectAlso(editor, { kind: "mask", id: "a" });

    expect(after).toEqual(["a", "c"]);
    expect([editor.selection.get()?.id, ...editor.alsoSelected.get()]).toEqual(["c"]);
  });

  test("ends with another selection, and lets go of what is deleted", () => {
    const { editor, saved } = bench({ masks: { a: left, b: right, c: right }, selected: "a" });
    selectAlso(editor, { kind: "mask", id: "b" });
    editor.setLabel(5);
    editor.remove();
    editor.selection.set({ kind: "mask", id: "c" });

    expect(saved.map((step) => step.map(({ kind }) => kind))).toEqual([
      ["revise", "revise"],
      ["delete", "delete"],
    ]);
    expect(editor.alsoSelected.get().size).toBe(0);
  });
});
