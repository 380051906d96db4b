import { expect, test } from "vitest";
import type { ServingMove } from "@/api/types";
import { modelName, moveName, whyMoved } from "@/pages/rounds/servedWords";

const PRETRAINED = { bundle: "a".repeat(64), round: null, is_in_part: false };
const ON_TRIAL = { alias: "candidate", before: null, share: 0.1 } as const;
const ROUND_2 = { bundle: "b".repeat(64), round: 2, is_in_part: false };

test("each way to serve is told with its person and what it took the place of", () => {
  const gate = move({ reason: "round 2" });
  const byHand = move({ by: "ada", reason: "Fewer misses." });
  const back = move({ to: PRETRAINED, before: ROUND_2, by: "grace", reason: "rolled back" });
  const first = move({ to: PRETRAINED, before: null, reason: "a new project" });

  expect([gate, byHand, back, first].map(whyMoved)).toEqual([
    "Passed the gate, in place of the pretrained model",
    "Promoted by ada in place of the pretrained model: “Fewer misses.”",
    "Rolled back by grace, from round 2",
    "From the start",
  ]);
  expect([gate, back].map(moveName)).toEqual(["Round 2", "Pretrained model"]);
});

test("a model with a part of its round alone is told from that with all of it", () => {
  const inPart = { ...ROUND_2, bundle: "c".repeat(64), is_in_part: true };
  const byHand = move({ before: inPart, by: "ada", reason: "Its masks look better." });

  expect([ROUND_2, inPart].map(modelName)).toEqual(["Round 2", "Round 2, in part"]);
  expect(whyMoved(byHand)).toBe(
    "Promoted by ada in place of round 2, in part: “Its masks look better.”",
  );
});

test("a trial is told with its person, its share of the images and how it ended", () => {
  const begun = move({ ...ON_TRIAL, by: "ada" });
  const ended = { ...ON_TRIAL, to: null, before: ROUND_2 };
  const byHand = move({ ...ended, by: "ada", share: 0.2 });
  const promoted = move({ ...ended, by: "ada", gave_way_to: ROUND_2 });
  const other = move({ ...ended, gave_way_to: PRETRAINED, share: null });

  expect([begun, byHand, promoted, other].map(whyMoved)).toEqual([
    "Begun by ada on 10 % of the images that nobody had begun",
    "Ended by ada; it was on 20 % of the images",
    "Ended by ada, who had it serve; it was on 10 % of the images",
    "Ended by the gate, which had the pretrained model serve",
  ]);
  expect([begun, byHand].map(moveName)).toEqual(["Trial of round 2", "Trial of round 2 ended"]);
});

function move(told: Partial<ServingMove>): ServingMove {
  return {
    id: 1,
    alias: "serving",
    at: "2026-11-28T00:00:00Z",
    by: null,
    reason: "",
    to: ROUND_2,
    before: PRETRAINED,
    share: null,
    gave_way_to: null,
    ...told,
  };
}
