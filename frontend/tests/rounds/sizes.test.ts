import { expect, test } from "vitest";
import type { Round } from "@/api/types";
import { sizeRows } from "@/pages/rounds/sizes";

const FIGURES = { miou_1: 0.5, miou_3: 0.7, miou_5: 0.8, noc_85: 4, noc_90: 8, objects: 12 };
const WHOLE = { ...FIGURES, ap_50: null, ap_75: null, ap_images: 0 };

test("each size that there are objects of has its row, the smallest first", () => {
  const rows = sizeRows({
    serving: { ...WHOLE, by_size: { large: FIGURES, small: FIGURES } },
    candidate: {
      ...WHOLE,
      by_size: { large: { ...FIGURES, miou_1: 0.75 }, small: { ...FIGURES, objects: 1 } },
    },
    difference: {
      ...{ mean: 0.1, low: 0, high: 0.2 },
      by_size: { large: { mean: 0.25, low: 0.1, high: 0.4, objects: 12 } },
    },
  });

  expect(rows.map(({ title, change, interval }) => [title, change, interval?.high])).toEqual([
    ["Small, 12 and 1 object", 0, undefined],
    ["Large, 12 objects", 0.25, 0.4],
  ]);
});

test("a round of before sizes were told has no such rows, nor has one without a holdout", () => {
  const old: Round["metrics"] = { serving: WHOLE, candidate: WHOLE };

  expect(sizeRows(old)).toEqual([]);
  expect(sizeRows({})).toEqual([]);
});

test("a candidate alone is told without a change", () => {
  const [row] = sizeRows({ candidate: { ...WHOLE, by_size: { medium: FIGURES } } });

  expect([row?.serving, row?.candidate, row?.change]).toEqual(["—", "0.500", null]);
});
