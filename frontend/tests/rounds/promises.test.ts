import { expect, test } from "vitest";
import type { KeptPromise } from "@/api/types";
import { noPromiseWords, promiseRows, promisesWords } from "@/pages/rounds/accepting/promiseWords";

const NONE: KeptPromise = {
  ...{ promise: 0.95, threshold: null, proposals: 120 },
  ...{ taken: 0, right: 0, precision: null, saved: 0 },
};
const KEPT: KeptPromise = {
  ...{ promise: 0.9, threshold: 0.712, proposals: 120, taken: 60, right: 57, saved: 0.45 },
  precision: { share: 0.95, low: 0.8612, high: 0.9896 },
};

test("each promise says from which score on, how much it takes, how much of that is right, and what is saved", () => {
  const [none, kept] = promiseRows([KEPT, NONE]);

  expect(none).toEqual({
    promise: { value: "95 % right", note: "It cannot promise that" },
    taken: { value: "—", note: "" },
    right: { value: "—", note: "", isBroken: false },
    saved: { value: "0 %", note: "" },
  });
  expect(kept).toEqual({
    promise: { value: "90 % right", note: "Scores from 71.2 % on" },
    taken: { value: "50 %", note: "60 of 120" },
    right: { value: "95 %", note: "95 % interval 86–99 %", isBroken: false },
    saved: { value: "45 %", note: "" },
  });
});

test("a promise is broken where surely less is right, not where it only may be", () => {
  const measured = (high: number) =>
    promiseRows([{ ...KEPT, precision: { share: 0.8, low: 0.7, high } }])[0]?.right;

  expect(measured(0.88)).toMatchObject({ note: "95 % interval 70–88 %, broken", isBroken: true });
  expect(measured(0.92)).toMatchObject({ note: "95 % interval 70–92 %", isBroken: false });
});

test("what reaches the score nowhere on the holdout has no share that is right", () => {
  const [row] = promiseRows([{ ...KEPT, taken: 0, right: 0, precision: null, saved: 0 }]);

  expect(row).toMatchObject({ taken: { value: "0 %" }, right: { value: "—", isBroken: false } });
});

test("what the serving model would have saved stands below, where that is known", () => {
  const [same, other] = promiseRows([KEPT, { ...KEPT, promise: 0.85 }], [{ ...KEPT, saved: 0.3 }]);

  expect(same?.saved).toEqual({ value: "45 %", note: "Serving 30 %" });
  expect(other?.saved.note).toBe("");
});

test("where no promise can be made there are no rows, and words that say so", () => {
  const promises = [NONE, { ...NONE, promise: 0.85 }];

  expect(promiseRows(promises)).toEqual([]);
  expect(noPromiseWords(promises)).toMatch(/^Nothing: .* cannot promise that even 85 % of what/);
});

test("the rows say of how many proposals they are", () => {
  expect(promisesWords([KEPT])).toContain("accept by itself of its 120 proposals on the holdout");
});
