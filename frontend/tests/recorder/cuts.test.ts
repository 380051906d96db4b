import { expect, test } from "vitest";
import { afterCut, cutSeconds, withCut } from "@/recorder/cuts";
import { Sentences } from "@/recorder/sentences";

test("cuts stand in their order and are one where they touch", () => {
  const cuts = withCut([{ start_s: 4, end_s: 6 }], { start_s: 1, end_s: 2 });

  expect(cuts).toEqual([
    { start_s: 1, end_s: 2 },
    { start_s: 4, end_s: 6 },
  ]);
  expect(withCut(cuts, { start_s: 2, end_s: 5 })).toEqual([{ start_s: 1, end_s: 6 }]);
  expect(cutSeconds(cuts)).toBe(3);
});

test("playing leaps over a cut, and nowhere else", () => {
  const cuts = [{ start_s: 1, end_s: 2 }];

  expect([0.9, 1, 1.5, 2].map((seconds) => afterCut(cuts, seconds))).toEqual([0.9, 2, 2, 2]);
});

test("a room that hums is no speech, nor is a click", () => {
  const sentences = new Sentences();
  for (let at = 0; at < 100; at += 1) sentences.hear(at === 50 ? 0.9 : 0.1, at / 20);

  expect(sentences.isSpokenBetween(0, 5)).toBe(false);
  expect(sentences.startOfLast(5)).toBe(0);
});

test("a breath parts no sentence, a pause does", () => {
  const sentences = new Sentences();
  const isLoud = (s: number) => (s >= 1 && s < 2) || (s >= 2.3 && s < 3) || (s >= 4 && s < 5);
  for (let at = 0; at < 120; at += 1) sentences.hear(isLoud(at / 20) ? 0.6 : 0.05, at / 20);

  expect(sentences.startOfLast(6)).toBeCloseTo(3.8);
  expect(sentences.startOfLast(3.8)).toBeCloseTo(0.8);
});
