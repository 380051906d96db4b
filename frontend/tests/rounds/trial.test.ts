import { expect, test } from "vitest";
import type { EffortRow, Trial } from "@/api/types";
import { comparedWords, trialRows, trialWords } from "@/pages/rounds/trial/trialRows";

const UNTOLD = { unfinished: null, at_once: null };
const NONE = { seconds: null, clicks: null, strokes: null, untouched: null, iou: null };
const TRIAL: Trial = {
  ...{ bundle: "b".repeat(64), round: 3, since: new Date().toISOString(), ended_at: null },
  ...{ images: 0, candidate: null, serving: null, serving_accepted: false, difference: null },
};
const figure = (value: number, low: number, high: number, n: number) => ({ value, low, high, n });
const row = (arm: EffortRow["arm"], images: number, figures: Partial<EffortRow>): EffortRow => ({
  ...{ key: "", name: "", arm, images, masks: 90, saved: null },
  ...UNTOLD,
  ...NONE,
  ...figures,
});

test("both arms stand beside each other with their intervals, and what they differ by", () => {
  const candidate = row("candidate", 9, { seconds: figure(9, 7, 11, 90) });
  const serving = row("serving", 80, {
    ...{ seconds: figure(12, 11, 13, 800), untouched: figure(0.5, 0.4, 0.6, 700) },
  });
  const difference = { ...NONE, seconds: figure(-3, -5.2, -0.8, 890) };

  const [seconds, clicks, , untouched] = trialRows({ ...TRIAL, candidate, serving, difference });

  expect(seconds).toMatchObject({
    ...{ candidate: "9.0 (7.0 to 11.0, n 90)", serving: "12.0 (11.0 to 13.0, n 800)" },
    ...{ change: -3, interval: { low: -5.2, high: -0.8 }, moreIsBetter: false },
  });
  expect(clicks).toMatchObject({ candidate: "—", change: null, interval: undefined });
  expect(untouched).toMatchObject({ serving: "50 % (40 % to 60 %, n 700)", moreIsBetter: true });
});

test("a trial says since when it runs and on how many images", () => {
  expect(trialWords(TRIAL, 0.1)).toContain("will propose on 10 % of the images");
  expect(trialWords({ ...TRIAL, images: 4 }, 0.1)).toBe(
    "Begun just now. Round 3 has proposed on 4 images; nobody who annotates is told which.",
  );
  expect(trialWords(TRIAL, 0)).toContain("0 % (Settings)");
  expect(trialWords({ ...TRIAL, ended_at: TRIAL.since }, 0.1)).toMatch(/^From .* to .*\.$/);
});

test("what is compared is said with how sure it is, or what is missing", () => {
  const both = { ...TRIAL, candidate: row("candidate", 9, {}), serving: row("serving", 80, {}) };
  const differing = (low: number, high: number) => ({
    ...both,
    difference: { ...NONE, seconds: figure(-3, low, high, 890) },
  });

  expect(comparedWords(TRIAL)).toContain("once images of both are finished");
  expect(comparedWords({ ...TRIAL, ended_at: TRIAL.since })).toContain("ended before");
  expect(comparedWords(differing(-5, -1))).toBe(
    "Of 9 images with the candidate's proposals and 80 with the serving model's, finished meanwhile. The candidate proposes alone: clicks are answered by the serving model in both.",
  );
  expect(comparedWords(differing(-7, 1))).toContain("not sure yet");
});

test("that the serving model accepts by itself is said wherever it did, also of an ended trial", () => {
  const both = { ...TRIAL, candidate: row("candidate", 9, {}), serving: row("serving", 80, {}) };
  const accepted = { ...both, serving_accepted: true };
  const ahead = "before the trial began: it is ahead by that.";

  expect(comparedWords(both)).not.toContain(ahead);
  expect(comparedWords(accepted)).toContain(ahead);
  expect(comparedWords({ ...accepted, ended_at: TRIAL.since })).toContain(ahead);
});
