import { expect, test } from "vitest";
import type { Round } from "@/api/types";
import { costPoints, costsOf, firstCost, unitOf } from "@/pages/rounds/costPoints";

test("what rounds took stands side by side, judging apart, the oldest first", () => {
  const costs = costsOf([ended(2, 900, { judging_s: 120 }), ended(1, 840)]);

  expect(costPoints(costs, unitOf(costs))).toEqual([
    { round: "Round 1", training: 14, judging: null, words: { training: "14 min", judging: "—" } },
    { round: "Round 2", training: 13, judging: 2, words: { training: "13 min", judging: "2 min" } },
  ]);
});

test("of a round that was taken up again, the last run is told as such", () => {
  const costs = costsOf([ended(1, 60, {}, 3)]);

  expect(costPoints(costs, unitOf(costs))[0]?.words.training).toBe("1 min, the last of 3 runs");
  expect(firstCost(costs[0])).toContain("Round 1 took 1 min, the last of 3 runs.");
});

test("a round that runs, or that no worker took up, is not there, nor is the pretrained model", () => {
  const live = { ...ended(2, 60), job: { started_at: AT, finished_at: null } };
  const cancelled = { ...ended(1, 60), job: { started_at: null, finished_at: AT } };
  const pretrained = { ...ended(0, 60), job: null };

  expect(costsOf([live, cancelled, pretrained] as unknown as Round[])).toEqual([]);
});

test("the axis is in the unit that the longest is read best in", () => {
  const units = [90, 120, 7199, 7200].map((took) => unitOf(costsOf([ended(1, took)])).name);

  expect(units).toEqual(["Seconds", "Minutes", "Minutes", "Hours"]);
});

test("before there are two rounds to compare, what is known is said", () => {
  const [only] = costsOf([ended(1, 840, { judging_s: 120 })]);

  expect(firstCost(undefined)).toContain("first round that has ended");
  expect(firstCost(only)).toContain("Round 1 took 14 min, 2 min of them to judge it.");
});

const AT = "2026-11-29T09:00:00Z";

function ended(number: number, took: number, metrics: Round["metrics"] = {}, runs = 1): Round {
  const finished_at = new Date(Date.parse(AT) + 1000 * took).toISOString();
  return { number, runs, metrics, job: { started_at: AT, finished_at } } as unknown as Round;
}
