import { expect, test } from "vitest";
import type { Doubt } from "@/api/types";
import { doubtTitle, doubtWords } from "@/pages/rounds/effort/doubtWords";

const doubt: Doubt = {
  ...{ user: 3, username: "ada", habit: "accepts" },
  ...{ own: { share: 0.96, low: 0.79, high: 1 }, own_verdicts: 24 },
  ...{ others: { share: 0.05, low: 0.02, high: 0.1 }, other_verdicts: 130 },
};

test("who accepts all is named beside what the others do, and what to do about it", () => {
  expect(doubtTitle(doubt)).toBe("ada accepts what others do not");
  expect(doubtWords(doubt)).toContain(
    "ada accepted 96 % of 24 proposals that the model expected hardly anybody to accept as they are; others 5 % of 130.",
  );
  expect(doubtWords(doubt)).toContain("review some of those images");
});

test("who rejects all is told apart", () => {
  const rejects: Doubt = { ...doubt, habit: "rejects" };

  expect(doubtTitle(rejects)).toBe("ada rejects what others keep");
  expect(doubtWords(rejects)).toContain(
    "ada rejected 96 % of 24 proposals that the model expected hardly anybody to reject;",
  );
  expect(doubtWords(rejects)).toContain("These verdicts count like all others");
});
