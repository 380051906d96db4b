import { describe, expect, test } from "vitest";
import { makePart } from "@/editor/part-commands";
import { isStanding, takeOffer } from "@/editor/part-offer";
import { bench } from "./desk";
import { draw } from "./drawings";

const WHOLE = draw("######", "######", "######", "######", "......");
const INSIDE = draw("......", ".##...", ".##...", "......", "......");
const MOSTLY = draw("......", "......", "......", "#####.", "#####.");
const LARGE = draw("######", "######", "####..", "......", "......");

function open(rows: Parameters<typeof bench>[0]["rows"] = {}) {
  return bench({ masks: { whole: WHOLE }, rows });
}

describe("a new mask inside another", () => {
  test("is offered to be a part, and made one by one revision that undo takes back", () => {
    const { editor, saved } = open();

    const made = editor.keep({ kind: "new" }, INSIDE);
    expect(editor.partOffer.get()).toEqual({ mask: made?.id, whole: "whole" });
    takeOffer(editor);

    const parentOf = () => editor.annotations.get().masks.get(made?.id ?? "")?.parent;
    expect(parentOf()).toBe("whole");
    expect(saved.at(-1)).toMatchObject([
      { kind: "revise", mask: made?.id, parent: "whole", effort: { tool: "part" } },
    ]);
    expect(editor.partOffer.get()).toBeNull();
    editor.undo();
    expect(parentOf()).toBeNull();
  });

  test("that reaches out of it, or is nearly as large, is not offered", () => {
    for (const mask of [MOSTLY, LARGE]) {
      const { editor } = open();
      editor.keep({ kind: "new" }, mask);
      expect(editor.partOffer.get()).toBeNull();
    }
  });

  test("is offered the smallest of those around it", () => {
    const { editor } = bench({
      masks: { whole: WHOLE, near: draw("......", ".###..", ".###..", ".###..", "......") },
    });
    editor.keep({ kind: "new" }, INSIDE);

    expect(editor.partOffer.get()?.whole).toBe("near");
  });

  test("is no longer offered once something else is done", () => {
    const { editor, saved } = open();
    editor.keep({ kind: "new" }, INSIDE);
    editor.cancel();
    expect(editor.partOffer.get()).toBeNull();

    editor.keep({ kind: "new" }, INSIDE);
    editor.undo();
    expect(editor.partOffer.get()).toBeNull();
    const count = saved.length;
    takeOffer(editor);
    expect(saved).toHaveLength(count);
  });

  test("is not meant while something else is selected", () => {
    const { editor, saved } = open();
    editor.keep({ kind: "new" }, INSIDE);
    editor.selection.set({ kind: "mask", id: "whole" });
    expect(isStanding(editor.partOffer.get(), editor.selection.get())).toBe(false);
    const count = saved.length;
    makePart(editor);
    expect(saved).toHaveLength(count);

    editor.selection.set(null);
    makePart(editor);
    expect(saved).toHaveLength(count + 1);
  });

  test("is not offered a mask that is hidden", () => {
    const { editor } = open();
    editor.view.setHidden(["whole"], true);
    editor.keep({ kind: "new" }, INSIDE);

    expect(editor.partOffer.get()).toBeNull();
  });
});
