import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findAspects } from "@/recorder/aspects";
import { QUESTIONS } from "@/recorder/questions";

interface Case {
  text: string;
  counters: Record<string, string[]>;
  answered: boolean[];
}

/** The engine's tests read the same file. */
const path = new URL("../../tests/engine/aspects_cases.json", import.meta.url);
const cases: Case[] = JSON.parse(readFileSync(path, "utf-8"));

describe("what a description speaks of", () => {
  test.each(cases)("is found: $text", ({ text, counters, answered }) => {
    const found = findAspects(text);

    expect(Object.fromEntries(found.counters.map(({ name, said }) => [name, said]))).toEqual(
      counters,
    );
    expect(found.answered).toEqual(answered);
  });

  test("is asked for by as many lists as there are questions", () => {
    expect(findAspects("").answered).toHaveLength(QUESTIONS.length);
  });
});
