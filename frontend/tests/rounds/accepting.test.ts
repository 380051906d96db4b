import { expect, test } from "vitest";
import type { AutoAccept } from "@/api/types";
import {
  atOnceWords,
  auditWords,
  barsOf,
  choices,
  leftOutWords,
  measuredWords,
  OFF,
  precisionOf,
  servingWords,
  switchWords,
} from "@/pages/rounds/accepting/acceptWords";

const STATE: AutoAccept = {
  wanted_precision: 0.95,
  since: "2026-01-02T03:04:05Z",
  stopped_at: null,
  stop_reason: "",
  is_paused: false,
  accepted: 300,
  audited: 40,
  decided: 32,
  left_out: 0,
  at_once: 0,
  measured: { share: 31 / 32, low: 0.8378, high: 0.9992 },
  serving: { decided: 32, measured: { share: 31 / 32, low: 0.8378, high: 0.9992 } },
  has_scores: true,
  can_promise: null,
  bins: [],
};

test("a manager chooses a precision or none, and what was set by REST stays a choice", () => {
  expect(choices(null).map(({ label }) => label)).toEqual([
    "Off",
    "80 % right",
    "85 % right",
    "90 % right",
    "95 % right",
    "98 % right",
    "99 % right",
  ]);
  expect(choices(0.999).map(({ value }) => value)).toEqual([
    OFF,
    ...["0.8", "0.85", "0.9", "0.95", "0.98", "0.99", "0.999"],
  ]);
  expect([precisionOf(OFF), precisionOf("0.98")]).toEqual([null, 0.98]);
});

test("the state says whether it is on, off, or has stopped by itself", () => {
  const stopped = { ...STATE, wanted_precision: null, stopped_at: STATE.since };

  expect(switchWords(STATE, false)).toMatch(
    /^On since .*2026.*95 % right, and leaves all else to people\.$/,
  );
  expect(switchWords({ ...STATE, wanted_precision: null }, false)).toContain("people decide");
  expect(switchWords(stopped, true)).toContain("stopped by itself");
  expect(switchWords({ ...STATE, is_paused: true }, true)).toMatch(
    /^On since .*, but not during a trial: until it ends, people decide on every proposal\.$/,
  );
});

test("a model that can promise less than is wanted says what it can", () => {
  expect(switchWords({ ...STATE, can_promise: [0.85, 0.8] }, false)).toMatch(
    /^On since .*, but the serving model can promise 85 % at most, and accepts nothing\. .* settings\.$/,
  );
  expect(switchWords({ ...STATE, can_promise: [] }, false)).toContain("cannot promise even 80 %");
  expect(switchWords({ ...STATE, can_promise: [0.95, 0.9] }, false)).toContain("leaves all else");
});

test("while it has accepted nothing the state says what it waits for", () => {
  const nothing = { ...STATE, accepted: 0, audited: 0 };

  expect(switchWords(nothing, false)).toMatch(
    /^On since .*Nothing yet: .* proposals of many images\.$/,
  );
  expect(switchWords(nothing, true)).toMatch(
    /proposals with labels of many images, and a round have learned from that: .* an older Anneal/,
  );
});

test("the serving model is told apart where others have been audited, too", () => {
  const newer = { ...STATE, serving: { decided: 4, measured: null } };

  expect(servingWords(newer)).toBe("Nothing yet");
  expect(servingWords(STATE)).toBeNull();
  expect(servingWords({ ...STATE, serving: null })).toBeNull();
});

test("what was measured has its interval and how many it is of", () => {
  expect(measuredWords(STATE)).toBe("96.9 % (95 % interval 84–100 %, n 32)");
  expect(measuredWords({ ...STATE, measured: null, decided: 0 })).toBe("Nothing yet");
  expect(auditWords(STATE)).toBe("40 proposals, 32 judged");
});

test("of those left to people, what was accepted at once is told as of no use", () => {
  expect(atOnceWords({ ...STATE, at_once: 12 })).toBe(
    "12 proposals, as all that were as sure were accepted at once",
  );
  expect([atOnceWords(STATE), atOnceWords({ ...STATE, at_once: null })]).toEqual([null, null]);
  const untold = { ...STATE, audited: null, decided: null, measured: null };
  expect([auditWords(untold), measuredWords(untold)]).toEqual([null, null]);
});

test("a manager reads how many verdicts are left out, and nobody else does", () => {
  expect(leftOutWords({ ...STATE, left_out: 21 })).toBe(
    "21 verdicts of people who decide unlike everybody else",
  );
  expect([leftOutWords(STATE), leftOutWords({ ...STATE, left_out: null })]).toEqual([null, null]);
});

test("scores without proposals leave a gap among ten bars", () => {
  const accepted = { share: 0.5, low: 0.068, high: 0.932 };
  const bin = { low: 0.7, high: 0.8, mean_score: 0.76, accepted, count: 4 };

  const bars = barsOf([bin]);

  expect(bars).toHaveLength(10);
  expect(bars[7]).toEqual({
    ...{ scores: "70–80 %", accepted: 0.5, score: 0.76, count: 4 },
    words: { accepted: "50 % (95 % interval 7–93 %, 4 proposals)", score: "76 % on average" },
  });
  expect(bars[0]).toEqual({
    ...{ scores: "0–10 %", accepted: null, score: null, count: 0 },
    words: { accepted: "—", score: "—" },
  });
});
