import { expect, test } from "vitest";
import type { RoundFailure } from "@/api/types";
import { maskFromRLE } from "@/editor/mask";
import {
  type FailureKind,
  kindsOf,
  sizeWords,
  subjectOf,
  whyNone,
} from "@/pages/rounds/failureWords";

const OBJECT = { size: [4, 6], counts: "9220003" };
const image = { id: 1, file_name: "a.png", width: 6, height: 4, display_url: "" };

function failure(kind: FailureKind, masks: Partial<RoundFailure> = {}): RoundFailure {
  return { image, kind, iou: 0.2, size: "small", truth: null, answer: null, ...masks };
}

test("the kinds that there are failures of are counted, clicks first", () => {
  const failures = (["false", "click", "click"] as const).map((kind) => failure(kind));

  expect(kindsOf(failures)).toEqual([
    { kind: "click", count: 2 },
    { kind: "false", count: 1 },
  ]);
});

test("where there is none, one reads why", () => {
  expect(whyNone(null)).toMatch("before its failures were kept");
  expect(whyNone([])).toMatch("A larger holdout");
  expect(whyNone([failure("missed")])).toBeNull();
});

test("a false proposal is about the proposal, any other failure about the object", () => {
  const missed = subjectOf(failure("missed", { truth: OBJECT }));
  const made_up = subjectOf(failure("false", { answer: OBJECT }));

  expect(missed).toEqual(maskFromRLE({ ...OBJECT, size: [4, 6] }));
  expect(made_up).toEqual(missed);
  expect(subjectOf(failure("false", { truth: OBJECT }))).toBeNull();
});

test("its size is the group of the figures, and its box", () => {
  expect(sizeWords(failure("click", { truth: OBJECT }))).toBe("Small, 3 × 2 px");
});
