import { expect, test } from "vitest";
import type { Pair } from "@/editor/conflicts";
import {
  choiceWords,
  decisionWords,
  differenceWords,
  labelWords,
} from "@/pages/annotate/review/conflict-words";
import { square } from "../editor/annotations";

const PEOPLE = [
  { slot: 0, username: "ada" },
  { slot: 1, username: "bob" },
];
const NAMES = new Map([
  [1, "cell"],
  [2, "nucleus"],
]);
const finished = (label: number | null) => ({ mask: "m", label, rle: square(1, 1, 3) });
const BOTH: Pair = {
  ...{ slot: 1, first: finished(1), other: finished(2), iou: 0.456, same_label: false },
};
const ALONE = { slot: 1, iou: null, same_label: null };
const HERS: Pair = { ...ALONE, first: finished(null), other: null };
const HIS: Pair = { ...ALONE, first: null, other: finished(9) };

test("a conflict is told by its labels and how far the two are apart", () => {
  expect([BOTH, HERS, HIS].map((pair) => labelWords(pair, NAMES))).toEqual([
    "cell / nucleus",
    "No label",
    "Deleted label",
  ]);
  expect([BOTH, HERS, HIS].map((pair) => differenceWords(pair, PEOPLE))).toEqual([
    "IoU 0.46",
    "Only ada",
    "Only bob",
  ]);
});

test("a choice says whose masks it takes", () => {
  const words = (pair: Pair) =>
    (["first", "other"] as const).map((choice) => choiceWords(choice, pair, PEOPLE));

  expect(words(BOTH)).toEqual(["Take ada's", "Take bob's"]);
  expect(words(HERS)).toEqual(["Keep ada's", "Drop it"]);
  expect(words(HIS)).toEqual(["Leave it out", "Take bob's"]);
  expect(decisionWords("other", BOTH, PEOPLE)).toBe("bob's taken");
  expect(decisionWords("first", HERS, PEOPLE)).toBe(""); // nothing to decide
  expect(decisionWords("open", BOTH, PEOPLE)).toBe("");
});
