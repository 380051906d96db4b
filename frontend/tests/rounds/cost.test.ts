import { expect, test } from "vitest";
import type { RoundCost } from "@/api/types";
import { proposedWords, savesWords, tookWords } from "@/pages/rounds/costWords";

const COST: RoundCost = {
  ...{ seconds: 843, runs: 1, judging_s: 130, embeddings: 48 },
  ...{ proposals: 0, proposed_images: 0, masks: 0, saved: null },
};

test("a round took so long, of which some for judging, and embedded meanwhile", () => {
  expect(tookWords(COST)).toBe(
    "It took 14 min, 2 min of them to judge it, with 48 embeddings made meanwhile.",
  );
  expect(tookWords({ ...COST, judging_s: null, embeddings: 0 })).toBe("It took 14 min.");
  expect(tookWords({ ...COST, seconds: null })).toBeNull();
});

test("of a round that was started again, the last run alone is claimed", () => {
  expect(tookWords({ ...COST, runs: 3, judging_s: null, embeddings: 1 })).toBe(
    "It was started 3 times; the last run took 14 min, with 1 embedding made meanwhile.",
  );
});

test("what its model proposed is told once it did", () => {
  expect(proposedWords(COST)).toBeNull();
  expect(proposedWords({ ...COST, proposals: 1204, proposed_images: 88 })).toBe(
    "Its model has proposed 1,204 masks on 88 images.",
  );
});

test("what it saves is said with its interval, and of how many masks", () => {
  const saved = { value: 3.1, low: 1.2, high: 5, n: 240 };

  expect(savesWords({ ...COST, masks: 120, saved })).toBe(
    "With its proposals a mask takes 3.1 seconds less than with those before it (95 %: 1.2 to 5.0, n 240): about 6 min of people's time on 120 masks; people may have become faster meanwhile.",
  );
});

test("what it costs more is said as plainly", () => {
  const saved = { value: -3.1, low: -5, high: -1.2, n: 240 };

  expect(savesWords({ ...COST, masks: 120, saved })).toContain(
    "3.1 seconds more than with those before it (95 %: 1.2 to 5.0, n 240): about 6 min",
  );
});

test("what is not sure is not claimed, nor what is of few masks", () => {
  const saved = { value: 3.1, low: -1, high: 7.2, n: 40 };

  expect(savesWords({ ...COST, masks: 20, saved })).toBe(
    "Whether it saves people time is not sure yet: a mask takes 3.1 seconds less than with those before it (95 %: −1.0 to 7.2, n 40).",
  );
  expect(savesWords({ ...COST, masks: 19 })).toContain("20 masks or more");
  expect(savesWords({ ...COST, masks: 19 })).toContain("(now 19)");
});
