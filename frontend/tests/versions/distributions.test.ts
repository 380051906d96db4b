import { expect, test } from "vitest";
import {
  binBars,
  countName,
  labelBars,
  MOST_LABELS,
  percents,
  rangeName,
  sizeWords,
} from "@/pages/versions/distributionWords";

test("the labels with most masks are drawn, and the others told", () => {
  const labels = Array.from({ length: 33 }, (_, at) => ({ label: `l${at}`, masks: 1000 - at }));

  const { bars, rest } = labelBars([{ label: null, masks: 2000 }, ...labels]);

  expect(bars).toHaveLength(MOST_LABELS);
  expect(bars[0]).toEqual({ name: "No label", count: 2000 });
  expect(rest).toMatch(/^4 more, with 3.?878 masks$/);
  expect(labelBars(labels.slice(0, 2)).rest).toBe("");
});

test("bins are drawn from the first that has anything to the last", () => {
  const bins = { edges: [1, 2, 4], counts: [0, 3, 0, 5] };

  expect(binBars(bins, rangeName(bins.edges))).toEqual([
    { name: "1–2", count: 3 },
    { name: "2–4", count: 0 },
    { name: "≥4", count: 5 },
  ]);
  expect(binBars({ edges: [1], counts: [0, 0] }, String)).toEqual([]);
});

test("a bin is named for what it is of", () => {
  const shares = rangeName(percents([1e-5, 3e-5, 0.3]));

  expect([0, 1, 2, 3].map(shares)).toEqual(["<0.001", "0.001–0.003", "0.003–30", "≥30"]);
  expect([0, 1, 2, 3].map(countName([1, 2, 5]))).toEqual(["0", "1", "2–4", "≥5"]);
});

test("sizes are told as shares of all masks", () => {
  expect(sizeWords({ small: 1, medium: 2, large: 1 })).toBe("25 % small, 50 % medium, 25 % large");
  expect(sizeWords({ small: 0, medium: 0, large: 0 })).toBe("");
});
