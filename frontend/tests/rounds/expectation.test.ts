import { expect, test } from "vitest";
import { basisWords, expectationWords } from "@/pages/rounds/expectationWords";

const saving = { value: 2400, low: 290, high: 4510, n: 800 };
const KNOWN = { waiting: "", rounds: 3 };

test("what a round would save and take is said in minutes, with the interval", () => {
  expect(expectationWords({ ...KNOWN, saving, round_s: 843 })).toBe(
    "A round would save about 40 min of people's time (95 %: 5 min to 1 h 15 min) on the 800 masks still to come, and take 14 min.",
  );
});

test("a saving is told with the rounds that it is expected by", () => {
  expect(basisWords({ ...KNOWN, saving, round_s: 843 })).toMatch(/^Expected by .* 3 judged rounds/);
});

test("a saving is told with what else may have made people faster", () => {
  expect(basisWords({ ...KNOWN, saving, round_s: 843 })).toContain(
    "; people may have become faster meanwhile.",
  );
});

test("an interval reaches below nothing, and one that is not known is left out", () => {
  const unsure = { ...saving, low: -20, high: null };

  const told = [unsure, { ...unsure, high: 60 }].map((each) =>
    expectationWords({ ...KNOWN, saving: each, round_s: 30 }),
  );

  expect(told[0]).toContain("of people's time on the 800 masks");
  expect(told[1]).toContain("(95 %: −20 s to 1 min)");
  expect(told[1]).toContain("take 30 s.");
});

test("no saving is said as plainly", () => {
  expect(expectationWords({ ...KNOWN, saving: { ...saving, value: 0 }, round_s: 843 })).toBe(
    "A round would take 14 min and is not expected to save people time on the 800 masks still to come.",
  );
});

test("what is waited for is said in its place", () => {
  const waiting = "Round 3 runs: what another would save is told once it is judged.";

  expect(expectationWords({ ...KNOWN, waiting, saving: null, round_s: 843 })).toBe(waiting);
});
