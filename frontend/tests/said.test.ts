import { expect, test } from "vitest";
import type { Said } from "@/api/types";
import {
  hasNews,
  isSaidBy,
  keyOf,
  mergedParts,
  NO_EDITS,
  openQuestions,
  rebased,
  saidByOthers,
  speakerOf,
} from "@/pages/describe/said/said";

const part = (author: string | null, number: number, text: string): Said => ({
  ...{ author, number, text, caption: "c1", transcript: null, recording: null, bundle: null },
});
const spoken = (author: string, transcript: string, text: string): Said => ({
  ...{ author, transcript, text, caption: null, number: 0, recording: `r-${transcript}` },
  bundle: null,
});
const HERS = part("ada", 0, "A bucket.");
const MINE = spoken("bob", "t2", "uh it is red");

test("others' words are taken over by the rows that hold them, one's own as they read", () => {
  const said = [HERS, spoken("cy", "t1", "On a quay."), MINE];
  const cleaned = new Map([[keyOf(MINE), "It is red."]]);

  const parts = mergedParts(said, "bob", { ...NO_EDITS, addition: " Old. " }, cleaned);

  expect(parts).toEqual([
    { caption: "c1", number: 0 },
    { transcript: "t1" },
    { text: "It is red.", recording: "r-t2" },
    { text: "Old." },
  ]);
  expect(mergedParts([MINE], "bob", NO_EDITS, new Map())).toEqual([{ transcript: "t2" }]);
});

test("what is left out or emptied is no part", () => {
  const edits = {
    ...NO_EDITS,
    leftOut: new Set([keyOf(HERS)]),
    changed: new Map([[keyOf(MINE), "  "]]),
  };

  expect(mergedParts([HERS, MINE], "bob", edits, new Map())).toEqual([]);
});

test("words stay when somebody else saved meanwhile and their part is gone", () => {
  const edits = {
    leftOut: new Set([keyOf(HERS)]),
    changed: new Map([[keyOf(part("bob", 1, "Red.")), "Dark red."]]),
    addition: "Old.",
  };
  const newer = { ...HERS, caption: "c2" };

  expect(rebased(edits, [newer], "bob")).toEqual({ ...NO_EDITS, addition: "Old. Dark red." });
});

test("words that were saved, though no answer told it, are added no second time", () => {
  const saved = [HERS, part("bob", 1, "Dark red.")];
  const edits = { ...NO_EDITS, changed: new Map([["t2", " Dark red. "]]) };

  expect(rebased(edits, saved, "bob")).toEqual(NO_EDITS);
  expect(isSaidBy("bob", "Dark red. ", saved)).toBe(true);
  expect(isSaidBy("ada", "Dark red.", saved)).toBe(false);
  expect(isSaidBy("bob", " ", saved)).toBe(false);
});

test("nothing is to be saved where the newest caption says it all", () => {
  expect(hasNews([HERS], NO_EDITS)).toBe(false);
  expect(hasNews([HERS, MINE], NO_EDITS)).toBe(true);
  expect(hasNews([HERS], { ...NO_EDITS, addition: "Red." })).toBe(true);
});

test("a second describer is shown others' words, with their names", () => {
  const said = [HERS, MINE, part(null, 2, "A quay.")];

  expect(saidByOthers(said, "bob").map((each) => speakerOf(each, "bob"))).toEqual([
    "ada",
    "A model",
  ]);
  expect(speakerOf(MINE, "bob")).toBe("You");
});

test("questions are open only where it is known that nobody answered them", () => {
  expect(openQuestions([])).toEqual([]);
  expect(openQuestions([true, false, true, true, true, true, true])).toEqual([
    "What are the objects, and how many?",
  ]);
});
