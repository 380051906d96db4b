import { describe, expect, test } from "vitest";
import {
  type Choice,
  choicesFor,
  decide,
  decisionOf,
  openPairs,
  type Pair,
  rowsOf,
} from "@/editor/conflicts";
import { type Mask, maskToRLE } from "@/editor/mask";
import { annotationsOf } from "./annotations";
import { bench } from "./desk";
import { draw } from "./drawings";

const A = draw("##..", "##..");
const B = draw(".##.", ".##.");
const FAR = draw("...#", "....");
const ASIDE = { slot: 1, isAside: true };

const finished = (mask: string, pixels: Mask, label: number | null = null) => ({
  ...{ mask, label, rle: maskToRLE(pixels) },
});
const PAIR: Pair = {
  ...{ slot: 1, first: finished("a", A), other: finished("b", B, 5) },
  ...{ iou: 1 / 3, same_label: false },
};
const ALONE = { slot: 1, iou: null, same_label: null };
const ONLY_FIRST: Pair = { ...ALONE, first: finished("c", FAR), other: null };
const ONLY_OTHER: Pair = { ...ALONE, first: null, other: finished("d", FAR) };

function conflict() {
  const made = bench({
    masks: { a: A, b: B, c: FAR, d: FAR },
    rows: { b: { ...ASIDE, label: 5 }, d: ASIDE },
  });
  const state = (pair = PAIR) => decisionOf(pair, made.editor.annotations.get());
  return { ...made, state };
}

describe("a conflict", () => {
  test("is open until it is decided, and the first person's set stands", () => {
    const { editor, drawn, state } = conflict();

    expect([state(), state(ONLY_FIRST), state(ONLY_OTHER)]).toEqual(["open", "first", "open"]);
    expect(openPairs([PAIR, ONLY_FIRST, ONLY_OTHER], editor.annotations.get())).toHaveLength(2);
    expect(Object.keys(drawn())).toEqual(["a", "c"]);
  });

  test.each<[Choice, string[]]>([
    ["first", ["a"]],
    ["other", ["b"]],
    ["both", ["a", "b"]],
    ["merge", ["a"]],
  ])("decided by %s is one step of undo", (choice, left) => {
    const { editor, drawn, saved, state } = conflict();
    const before = drawn();

    const isDone = decide(editor, [PAIR], choice);
    const decided = [state(), Object.keys(drawn()).filter((id) => id !== "c")];
    editor.undo();
    const undone = [state(), drawn()];
    editor.redo();

    expect(isDone).toBe(true);
    expect(decided).toEqual([choice, left]);
    expect(undone).toEqual(["open", before]);
    expect(state()).toBe(choice);
    expect(saved[0]?.[0]?.effort?.tool).toBe("conflict");
  });

  test("is none where the two agree, unless their labels differ", () => {
    const { state } = conflict();

    const near: Pair = { ...PAIR, iou: 0.93 };
    expect([state({ ...near, same_label: true }), state(near)]).toEqual(["agreed", "open"]);
    expect(state({ ...PAIR, iou: 0.89, same_label: true })).toBe("open");
  });

  test("merged is the union under the first one's label", () => {
    const { editor, drawn } = conflict();

    decide(editor, [PAIR], "merge");

    expect(drawn().a).toEqual(["###.", "###."]);
    expect(decide(editor, [PAIR], "merge")).toBe(false); // it is merged already
    expect(editor.annotations.get().masks.get("a")?.label).toBeNull();
  });

  test("may be decided anew, back and forth", () => {
    const { editor, drawn, state } = conflict();
    const choices: Choice[] = [
      "other",
      "both",
      "first",
      "other",
      "merge",
      "first",
      "merge",
      "other",
    ];
    const seen = choices.map((choice) => {
      decide(editor, [PAIR], choice);
      return state();
    });

    expect(seen).toEqual(choices);
    expect(drawn().b).toEqual([".##.", ".##."]);
    expect(decide(editor, [PAIR], "other")).toBe(false); // nothing is left to do
  });

  test("that a reviewer has corrected by hand says so", () => {
    const { editor, state } = conflict();
    decide(editor, [PAIR], "first");

    editor.commit([{ kind: "revise", mask: "a", rle: maskToRLE(FAR) }]);
    const changed = state();
    editor.commit([{ kind: "delete", mask: "a" }]);

    expect([changed, state()]).toEqual(["changed", "neither"]);
  });

  test("is decided with all others at once", () => {
    const { editor, drawn, saved } = conflict();

    decide(editor, [PAIR, ONLY_FIRST, ONLY_OTHER], "other");
    const other = Object.keys(drawn());
    editor.undo();
    decide(editor, [PAIR, ONLY_FIRST, ONLY_OTHER], "first");

    expect(other).toEqual(["b", "d"]);
    expect(Object.keys(drawn())).toEqual(["a", "c"]);
    expect(saved).toHaveLength(3);
  });

  test("over an object that one person has alone is to take it or to leave it", () => {
    const { editor, drawn, state } = conflict();

    decide(editor, [ONLY_OTHER], "first");
    decide(editor, [ONLY_FIRST], "other");

    expect(choicesFor(ONLY_OTHER)).toEqual(["first", "other"]);
    expect([state(ONLY_OTHER), state(ONLY_FIRST)]).toEqual(["first", "other"]);
    expect(Object.keys(drawn())).toEqual(["a"]);
  });

  test("is not decided where the image can only be looked at, or a mask is locked", () => {
    const { editor, state } = conflict();

    editor.view.setLocked(["a"], true);
    decide(editor, [PAIR], "other");
    editor.view.setLocked(["a"], false);
    editor.isReadOnly.set(true);
    decide(editor, [PAIR], "other");

    expect(state()).toBe("open");
  });

  test("gives the parts of a mask to the one that is taken in its place", () => {
    const { editor } = bench({
      masks: { a: A, b: B, part: FAR },
      rows: { b: ASIDE, part: { parent: "a" } },
    });

    decide(editor, [PAIR], "other");

    expect(editor.annotations.get().masks.get("part")?.parent).toBe("b");
  });

  test("decided on another day can be decided anew: what is gone is learned", () => {
    const { editor, drawn, state } = bench2();

    expect(state()).toBe("first");
    decide(editor, [PAIR], "both");

    expect(drawn().b).toEqual([".##.", ".##."]);
    expect(editor.annotations.get().masks.get("b")).toMatchObject({ label: 5, slot: 1 });
  });
});

/** The page of a reviewer who comes back: the server shows the first mask alone. */
function bench2() {
  const made = bench({ masks: { a: A } });
  made.editor.store.learn(rowsOf([PAIR]));
  return { ...made, state: () => decisionOf(PAIR, made.editor.annotations.get()) };
}

test("what is known is not learned again", () => {
  const { editor } = bench({ masks: { a: A } });
  const before = editor.annotations.get();

  editor.store.learn(rowsOf([{ ...PAIR, other: null }]));

  expect(editor.annotations.get()).toBe(before);
  expect(annotationsOf(rowsOf([PAIR])).masks.size).toBe(2);
});
