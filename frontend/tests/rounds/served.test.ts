import { expect, test } from "vitest";
import type { ServingMove } from "@/api/types";
import { modelName, whyServed } from "@/pages/rounds/servedWords";

const PRETRAINED = { bundle: "a".repeat(64), round: null };
const ROUND_2 = { bundle: "b".repeat(64), round: 2 };

test("each way to serve is told with its person and what it took the place of", () => {
  const gate = move({ reason: "round 2" });
  const byHand = move({ by: "ada", reason: "Fewer misses." });
  const back = move({ to: PRETRAINED, before: ROUND_2, by: "grace", reason: "rolled back" });
  const first = move({ to: PRETRAINED, before: null, reason: "a new project" });

  expect([gate, byHand, back, first].map(whyServed)).toEqual([
    "Passed the gate, in place of the pretrained model",
    "Promoted by ada in place of the pretrained model: “Fewer misses.”",
    "Rolled back by grace, from round 2",
    "From the start",
  ]);
  expect([gate, back].map(({ to }) => modelName(to))).toEqual(["Round 2", "Pretrained model"]);
});

function move(told: Partial<ServingMove>): ServingMove {
  return {
    id: 1,
    at: "2026-11-28T00:00:00Z",
    by: null,
    reason: "",
    to: ROUND_2,
    before: PRETRAINED,
    ...told,
  };
}
