import { expect, test } from "vitest";
import type { Word } from "@/api/types";
import {
  insertAfter,
  joinWithNext,
  litWord,
  nextUnsure,
  replaceWord,
  textOf,
  wordAt,
} from "@/recorder/words";

const word = (text: string, start_s: number, end_s: number, probability = 0.9): Word => ({
  text,
  start_s,
  end_s,
  probability,
});

const WORDS = [word(" A", 0, 0.2), word(" read", 0.5, 1, 0.3), word(" bucket", 1.2, 2)];

test("the word under the playhead is the last that has begun", () => {
  const seen = [-0.1, 0, 0.4, 0.5, 1.1, 9].map((seconds) => wordAt(WORDS, seconds));

  expect(seen).toEqual([-1, 0, 0, 1, 1, 2]);
});

test("a word that was asked for alone stays lit in the little that sounds around it", () => {
  const alone = { start_s: 0.5, end_s: 1.2 };
  const words = [word(" A", 0, 0.5), word(" read", 0.5, 1.2), word(" bucket", 1.2, 2)];

  expect([0.4, 0.6, 1.3].map((seconds) => litWord(words, seconds, alone))).toEqual([1, 1, 1]);
  expect([0.4, 0.6, 1.3].map((seconds) => litWord(words, seconds, null))).toEqual([0, 1, 2]);
  expect(litWord(WORDS, 9, { start_s: 0.6, end_s: 0.7 })).toBe(1); // written over meanwhile
});

test("one word written over by two shares its time by their letters", () => {
  const words = replaceWord(WORDS, 1, "big red1");

  expect(textOf(words)).toBe("A big red1 bucket");
  expect(words[1]?.end_s).toBeCloseTo(0.5 + (0.5 * 3) / 7);
  expect(words[2]).toMatchObject({ start_s: words[1]?.end_s, probability: 1 });
  expect(words[2]?.end_s).toBeCloseTo(1);
});

test("a compound that was cut before its hyphen is written in one", () => {
  expect(textOf([word(" flour", 0, 1), word("-fattened", 1, 2), word(" sauce.", 2, 3)])).toBe(
    "flour-fattened sauce.",
  );
});

test("an emptied word is removed", () => {
  expect(textOf(replaceWord(WORDS, 1, "  "))).toBe("A bucket");
});

test("an added word lies in the gap that it was missing from", () => {
  const words = insertAfter(WORDS, 1, "plastic");

  expect(words[2]).toMatchObject({ text: "plastic", start_s: 1, end_s: 1.2 });
});

test("two words joined span both times", () => {
  expect(joinWithNext(WORDS, 1)[1]).toMatchObject({ text: "readbucket", start_s: 0.5, end_s: 2 });
});

test("the next unsure word is found around the end", () => {
  expect(nextUnsure(WORDS, -1)).toBe(1);
  expect(nextUnsure(WORDS, 1)).toBe(1);
  expect(nextUnsure([WORDS[0] ?? word("", 0, 0)], 0)).toBe(-1);
});
