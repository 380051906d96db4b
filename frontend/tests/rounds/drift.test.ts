import { expect, test } from "vitest";
import { driftWords } from "@/pages/rounds/driftWords";

const DRIFT = { round: 3, learned: 400 };

test("unlike is said where more are far than of the images learned from, surely", () => {
  expect(driftWords({ ...DRIFT, share: 0.31, low: 0.23, high: 0.4, n: 1000, alike: 0.07 })).toBe(
    "New images are unlike those that round 3 learned from: 31 % of 1,000 images (95 %: 23 % to 40 %) lie farther from the nearest of 400 of these than 95 % of these lie from theirs.",
  );
});

test("what may be chance is called so", () => {
  expect(driftWords({ ...DRIFT, share: 0.18, low: 0.09, high: 0.32, n: 80, alike: 0.1 })).toContain(
    "are not surely unlike those that round 3 learned from: 18 % of 80 images",
  );
});
