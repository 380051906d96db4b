import { expect, test } from "vitest";
import type { Word } from "@/api/types";
import { alignText } from "@/recorder/align";
import { Correction } from "@/recorder/correction";
import { textOf } from "@/recorder/words";

const word = (text: string, start_s: number, end_s: number, probability = 0.9): Word => ({
  text,
  start_s,
  end_s,
  probability,
});

const WORDS = [
  word(" A", 0, 0.2),
  word(" read", 0.5, 1, 0.3),
  word(" bucket", 1.2, 2),
  word(" stands", 2, 2.5, 0.4),
  word(" there.", 2.5, 3),
];

test("words that stay keep their times, changed ones share the time of what they replace", () => {
  const words = alignText(WORDS, "A big red bucket stood there.");

  expect(textOf(words)).toBe("A big red bucket stood there.");
  expect(words.map(({ start_s }) => start_s)).toEqual([0, 0.5, 0.75, 1.2, 2, 2.5]);
  expect(words[3]).toMatchObject({ end_s: 2, probability: 0.9 });
  expect(words[4]).toMatchObject({ end_s: 2.5, probability: 1 });
});

test("a word put in lies in the gap, one taken out is gone with its time", () => {
  expect(alignText(WORDS, "A read old bucket stands there.")[2]).toMatchObject({
    ...{ text: "old", start_s: 1, end_s: 1.2 },
  });
  expect(alignText(WORDS, "A bucket there.").map(({ start_s }) => start_s)).toEqual([0, 1.2, 2.5]);
});

test("a text of its own takes the time of all that was said, an empty one has no words", () => {
  const words = alignText(WORDS, "Nothing else");

  expect(words[0]?.start_s).toBe(0);
  expect(words[1]?.end_s).toBeCloseTo(3);
  expect(alignText(WORDS, " ")).toEqual([]);
});

test("a compound that was cut before its hyphen stays as it is written", () => {
  const cut = [word(" flour", 0, 1), word("-fattened", 1, 2), word(" sauce", 2, 3)];

  const words = alignText(cut, "flour-fattened sauce.");

  expect(words[0]).toMatchObject({ text: "flour-fattened", start_s: 0, end_s: 2 });
});

test("a long text is aligned without a table of its square", () => {
  const long = Array.from({ length: 20_000 }, (_, at) => word(`w${at}`, at, at + 1));
  const text = textOf(long).replace("w10000", "other");

  const words = alignText(long, text);

  expect(words[10_000]).toMatchObject({ text: "other", start_s: 10_000, end_s: 10_001 });
  expect(words[15_000]?.start_s).toBe(15_000);
});

test("a word is written over, another added after it, and each is in hand then", () => {
  const it = new Correction(WORDS);
  it.goTo(1);
  it.write("replace");
  it.finish("red");
  it.write("insert");
  it.finish("plastic");

  expect(textOf(it.words.get())).toBe("A red plastic bucket stands there.");
  expect(it.index).toBe(2);
});

test("writing that is given up changes nothing and is no step back", () => {
  const it = new Correction(WORDS);
  it.write("replace");
  it.finish(null);
  it.write("replace");
  it.finish("A");

  expect(it.words.get()).toBe(WORDS);
  expect(it.canUndo).toBe(false);
});

test("every correction can be undone and redone", () => {
  const it = new Correction(WORDS);
  it.goTo(1);
  it.remove();
  it.join();
  it.undo();
  it.undo();
  const first = textOf(it.words.get());
  it.redo();

  expect(first).toBe("A read bucket stands there.");
  expect(textOf(it.words.get())).toBe("A bucket stands there.");
  it.rewrite("Something new");
  expect(it.canRedo).toBe(false);
});

test("the last word removed leaves the one before it in hand", () => {
  const it = new Correction(WORDS);
  it.goTo(4);
  it.remove();

  expect(it.index).toBe(3);
});

test("unsure words are gone through in both directions, around the ends", () => {
  const it = new Correction(WORDS);
  const seen: number[] = [];
  for (const step of [1, 1, 1, -1, -1] as const) {
    it.goToUnsure(step);
    seen.push(it.index);
  }

  expect(seen).toEqual([1, 3, 1, 3, 1]);
});
