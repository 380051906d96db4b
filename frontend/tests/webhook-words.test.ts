import { expect, test } from "vitest";
import type { Delivery } from "@/api/types";
import {
  answerWords,
  attemptWords,
  newSecret,
  stateWord,
  wantedWords,
} from "@/pages/settings/webhooks/webhookWords";

const NOW = Date.parse("2026-11-29T12:00:00Z");

function delivery(changes: Partial<Delivery>): Delivery {
  return {
    ...{ id: "d", event: "version.cut", payload: {}, state: "waiting", attempts: 0 },
    ...{ attempted_at: null, due_at: "2026-11-29T12:00:00Z", status: null, error: "" },
    ...{ created_at: "2026-11-29T11:59:00Z", ended_at: null, ...changes },
  } as Delivery;
}

test("what became of a delivery is told in words", () => {
  const told = [
    delivery({}),
    delivery({ attempts: 2, due_at: "2026-11-29T12:05:00Z", attempted_at: "2026-11-29T11:59:00Z" }),
    delivery({ attempts: 1, due_at: "2026-11-29T12:00:08Z", attempted_at: "2026-11-29T12:00:00Z" }),
    delivery({ state: "delivered", attempts: 1, attempted_at: "2026-11-29T12:00:00Z" }),
  ].map((each) => [stateWord(each.state, each.attempts), attemptWords(each, NOW)]);

  expect(told).toEqual([
    ["Waiting", "Not tried yet; the next in a moment"],
    ["Trying again", "2 attempts, the last 1 minute ago; the next in 5 minutes"],
    ["Trying again", "1 attempt, the last just now; the next in a moment"],
    ["Delivered", "1 attempt, the last just now"],
  ]);
});

test("an answer is told by its number, and silence as such once somebody was asked", () => {
  expect(answerWords({ attempts: 1, status: 503 })).toBe("503");
  expect(answerWords({ attempts: 1, status: null })).toBe("No answer");
  expect(answerWords({ attempts: 0, status: null })).toBe("");
});

test("what a webhook is told of is short where that is everything", () => {
  const all = ["version.cut", "export.ended", "import.ended", "round.ended"] as const;

  expect(wantedWords({ events: [...all] })).toBe("All events");
  expect(wantedWords({ events: all.slice(0, 2) })).toBe("version.cut, export.ended");
});

test("each secret is another, of 64 letters that survive any form", () => {
  const made = Array.from({ length: 20 }, newSecret);

  expect(new Set(made).size).toBe(20);
  for (const secret of made) expect(secret).toMatch(/^[0-9a-f]{64}$/);
});
