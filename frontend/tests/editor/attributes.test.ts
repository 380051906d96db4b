import { describe, expect, test } from "vitest";
import { masksOfOneLabel, setAttribute } from "@/editor/attribute-commands";
import { incomplete } from "@/editor/attribute-rules";
import {
  type AttributeDefinition,
  definitionsOf,
  faultOfNumber,
  missingOf,
} from "@/editor/attributes";
import { duplicate } from "@/editor/mask-commands";
import { applyOperations } from "@/editor/operations";
import { restoreDrafts } from "@/editor/restore";
import { selectAlso } from "@/editor/several";
import { annotationsOf, maskRow, square } from "./annotations";
import { bench } from "./desk";
import { draw } from "./drawings";

const define = (id: string, change: Partial<AttributeDefinition> = {}): AttributeDefinition => ({
  ...{ id, name: id, kind: "text", choices: [], min: null, max: null },
  ...{ required: false, default: null, deleted: false, ...change },
});
const DEFINITIONS = definitionsOf([
  { id: 1, attributes: [define("paint", { default: "red" }), define("size", { required: true })] },
  { id: 2, attributes: [define("note", { default: "none" }), define("old", { deleted: true })] },
]);
const A = draw("##...", "##...", ".....");
const B = draw("...##", "...##", ".....");

function open(rows: Parameters<typeof bench>[0]["rows"] = {}) {
  const made = bench({ masks: { a: A, b: B }, rows, selected: "a" });
  made.editor.definitions.set(DEFINITIONS);
  const valuesOf = (id: string) => made.editor.annotations.get().masks.get(id)?.attributes;
  return { ...made, valuesOf };
}

describe("an attribute", () => {
  test("is set as one revision, taken back by undo and done again by redo", () => {
    const { editor, saved, valuesOf } = open({ a: { label: 1, attributes: { paint: "red" } } });

    setAttribute(editor, ["a"], "paint", "blue");
    setAttribute(editor, ["a"], "size", 3);
    editor.undo();
    editor.undo();

    expect(valuesOf("a")).toEqual({ paint: "red" });
    expect(saved.flat()).toMatchObject([
      { kind: "revise", mask: "a", attributes: { paint: "blue" }, effort: { tool: "attribute" } },
      { attributes: { size: 3 } },
      { attributes: { size: null } },
      { attributes: { paint: "red" } },
    ]);
    editor.redo();
    expect(valuesOf("a")).toEqual({ paint: "blue" });
  });

  test("that has the value already makes no revision", () => {
    const { editor, saved } = open({ a: { attributes: { paint: "red" } } });

    expect(setAttribute(editor, ["a"], "paint", "red")).toBe(true);
    expect(setAttribute(editor, ["a"], "size", null)).toBe(true);
    expect(saved).toEqual([]);
  });

  test("of a locked mask stays", () => {
    const { editor, saved } = open();
    editor.view.setLocked(["a"], true);

    expect(setAttribute(editor, ["a"], "size", 1)).toBe(false);
    expect(editor.notice.get()).toBe("This mask is locked.");
    expect(saved).toEqual([]);
  });

  test("is set in all selected masks of the first one's label, as one step of undo", () => {
    const { editor, valuesOf } = open({ a: { label: 1 }, b: { label: 1 } });
    selectAlso(editor, { kind: "mask", id: "b" });

    setAttribute(
      editor,
      masksOfOneLabel(editor).map(({ id }) => id),
      "size",
      7,
    );
    expect([valuesOf("a"), valuesOf("b")]).toEqual([{ size: 7 }, { size: 7 }]);
    editor.undo();
    expect([valuesOf("a"), valuesOf("b")]).toEqual([{}, {}]);
  });

  test("begins with its default when a mask gets the label, which undo takes back too", () => {
    const { editor, valuesOf, saved } = open({ a: { label: 1, attributes: { paint: "blue" } } });

    editor.setLabel(2);
    expect(valuesOf("a")).toEqual({ paint: "blue", note: "none" });
    editor.setLabel(1); // the label's own are there still
    expect(valuesOf("a")).toEqual({ paint: "blue", note: "none" });
    expect(saved[1]?.[0]).not.toHaveProperty("attributes");
    editor.undo();
    editor.undo();
    expect(valuesOf("a")).toEqual({ paint: "blue" });
  });

  test("of a new mask begins with its default", () => {
    const { editor, saved } = open();
    editor.selection.set(null);
    editor.setLabel(1);

    editor.keep({ kind: "new" }, A);

    expect(saved).toMatchObject([[{ kind: "create", label: 1, attributes: { paint: "red" } }]]);
  });

  test("goes with a copy, and comes back with an older revision", () => {
    const { editor, saved } = open({ a: { label: 1, attributes: { paint: "blue", size: 2 } } });

    duplicate(editor);
    const back = restoreDrafts(
      editor.annotations.get(),
      "a",
      { label: 1, parent: null, z: 0, rle: square(0, 0, 1), attributes: { size: 9 } },
      new Set([1]),
    );

    expect(saved).toMatchObject([[{ kind: "create", attributes: { paint: "blue", size: 2 } }]]);
    expect(back).toMatchObject([{ attributes: { paint: null, size: 9 } }]);
  });

  test("that two people set apart from each other is there from both", () => {
    const before = annotationsOf([maskRow("m", square(1, 1, 3))]);
    const set = (id: string, attributes: Record<string, number>) =>
      ({ id, kind: "revise", mask: "m", attributes }) as const;

    const after = applyOperations(before, [set("1", { size: 1 }), set("2", { paint: 2 })]);

    expect(after.masks.get("m")?.attributes).toEqual({ size: 1, paint: 2 });
  });
});

test("what is required and missing is told by the label that a mask has", () => {
  const missing = (label: number | null, attributes = {}) =>
    missingOf({ label, attributes }, DEFINITIONS).map(({ id }) => id);

  expect(missing(1)).toEqual(["size"]);
  expect(missing(1, { size: 0 })).toEqual([]);
  expect([missing(2), missing(null), missing(99)]).toEqual([[], [], []]);
});

test("an image is incomplete while a mask on it lacks something", () => {
  const row = (id: string, change: object) => maskRow(id, square(1, 1, 2), { label: 1, ...change });
  const found = incomplete(
    annotationsOf([
      row("whole", { attributes: { size: 1 } }),
      row("bare", {}),
      row("gone", { isDeleted: true }),
    ]),
    DEFINITIONS,
  );

  expect(found).toEqual({ ids: ["bare"], names: ["size"] });
});

test("a number is held to its range", () => {
  const length = define("length", { kind: "number", min: 0, max: 10 });

  expect([0, 10, 5.5].map((value) => faultOfNumber(value, length))).toEqual([null, null, null]);
  expect(faultOfNumber(-1, length)).toBe("At least 0.");
  expect(faultOfNumber(11, length)).toBe("At most 10.");
  expect(faultOfNumber(Number.NaN, length)).toBe("This must be a number.");
});
