import { describe, expect, test } from "vitest";
import type { Editor } from "@/editor/editor";
import { maskFromRLE } from "@/editor/mask";
import { selectAlike, selectAll, selectTo } from "@/editor/several";
import { square } from "./annotations";
import { bench } from "./desk";

const MASKS = {
  a: maskFromRLE(square(1, 1, 4)),
  b: maskFromRLE(square(8, 3, 3)),
  c: maskFromRLE(square(15, 2, 5)),
  d: maskFromRLE(square(22, 2, 5)),
};
const LABELS = { a: { label: 1 }, b: { label: 2 }, c: { label: 1 }, d: { label: 1 } };
const setUp = (selected?: string) =>
  bench({ masks: MASKS, rows: LABELS, size_hw: [20, 30], selected });
const selected = ({ selection, alsoSelected }: Editor) => [
  selection.get()?.id,
  [...alsoSelected.get()],
];

describe("all objects", () => {
  test("are selected but for the hidden and the locked; the first stays the first", () => {
    const { editor } = setUp("c");
    editor.view.setHidden(["a"], true);
    editor.view.setLocked(["b"], true);
    selectAll(editor);

    expect(selected(editor)).toEqual(["c", ["d"]]);
  });

  test("of the selected one's label are selected, and labelled as one step of undo", () => {
    const { editor, saved } = setUp("a");
    selectAlike(editor);
    const found = selected(editor);
    editor.setLabel(2);

    expect(found).toEqual(["a", ["c", "d"]]);
    expect(saved.map((operations) => operations.length)).toEqual([3]);
  });
});

describe("a range of the list", () => {
  const listed = ["d", "c", "b", "a"];

  test("reaches from the selected mask to another, either way, and takes the place of the last", () => {
    const { editor } = setUp("c");
    selectTo(editor, listed, "a");
    const down = selected(editor);
    selectTo(editor, listed, "d");

    expect(down).toEqual(["c", ["b", "a"]]);
    expect(selected(editor)).toEqual(["c", ["d"]]);
  });

  test("is the one mask where none that is listed is selected", () => {
    const { editor } = setUp();
    selectTo(editor, listed, "b");
    const first = selected(editor);
    selectTo(editor, ["d", "c"], "c");

    expect(first).toEqual(["b", []]);
    expect(selected(editor)).toEqual(["c", []]);
  });
});
