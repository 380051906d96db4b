import { describe, expect, test } from "vitest";
import { selectAlso } from "@/editor/several";
import { TreeDrag } from "@/pages/annotate/tree-drag";
import { bench, type Setting } from "../editor/desk";
import { draw } from "../editor/drawings";

const MASK = draw("##", "##");

function open(rows: Setting["rows"] = {}, selected?: string) {
  const masks = { whole: MASK, part: MASK, other: MASK };
  const made = bench({ masks, rows, ...(selected === undefined ? {} : { selected }) });
  return { ...made, drag: new TreeDrag(made.editor) };
}

describe("a mask that is dragged", () => {
  test("onto another becomes its part, by one revision", () => {
    const { drag, saved } = open();
    drag.begin("part");
    expect(drag.aim("whole")).toBe(true);
    expect(drag.landing.get()).toBe("whole");
    drag.drop();

    expect(saved).toMatchObject([[{ kind: "revise", mask: "part", parent: "whole" }]]);
    expect(drag.landing.get()).toBeUndefined();
  });

  test("beside the rows is a part of nothing", () => {
    const { drag, saved } = open({ part: { parent: "whole" } });
    drag.begin("part");
    drag.aim(null);
    expect([drag.landing.get(), drag.hasPart.get()]).toEqual([null, true]);
    drag.drop();

    expect(saved).toMatchObject([[{ kind: "revise", mask: "part", parent: null }]]);
  });

  test("lands neither on itself, nor on its part, nor where it is", () => {
    const { drag, saved } = open({ part: { parent: "whole" } });
    drag.begin("whole");
    const aimed = ["whole", "part", null].map((at) => drag.aim(at));
    drag.drop();
    drag.begin("part");
    const again = drag.aim("whole");
    drag.drop();

    expect([...aimed, again]).toEqual([false, false, false, false]);
    expect(saved).toEqual([]);
  });

  test("brings the other selected ones along, if it is selected", () => {
    const { drag, editor, saved } = open({}, "part");
    selectAlso(editor, { kind: "mask", id: "other" });
    drag.begin("other");
    drag.aim("whole");
    drag.drop();
    drag.begin("whole");
    drag.aim("other");
    drag.drop();

    expect(saved.map((step) => step.length)).toEqual([2]);
  });

  test("lands nowhere once it is let go of", () => {
    const { drag, saved } = open();
    drag.begin("part");
    drag.aim("whole");
    drag.end();
    drag.drop();

    expect(drag.aim("whole")).toBe(false);
    expect(saved).toEqual([]);
  });
});
