import { expect, test } from "vitest";
import type { Round } from "@/api/types";
import { sizeGroups } from "@/pages/rounds/sizes";

const FIGURES = { miou_1: 0.5, miou_3: 0.7, miou_5: 0.8, noc_85: 4, noc_90: 8, objects: 40 };
const WHOLE = { ...FIGURES, ap_50: null, ap_75: null, ap_images: 0 };
const MORE = { mean: 0.25, low: 0.1, high: 0.4 };

test("each size has its figures in a group, the smallest size first", () => {
  const groups = sizeGroups({
    serving: { ...WHOLE, by_size: { large: FIGURES, small: FIGURES } },
    candidate: {
      ...WHOLE,
      by_size: { large: { ...FIGURES, miou_1: 0.75 }, small: { ...FIGURES, objects: 41 } },
    },
  });

  expect(groups.map(({ title, rows }) => [title, ...rows.map((row) => row.candidate)])).toEqual([
    ["Small, 40 and 41 objects", "0.500", "4.00"],
    ["Large, 40 objects", "0.750", "4.00"],
  ]);
});

test("what a size pays in clicks is told with its interval", () => {
  const [medium] = sizeGroups({
    serving: { ...WHOLE, by_size: { medium: FIGURES } },
    candidate: { ...WHOLE, by_size: { medium: { ...FIGURES, noc_85: 4.25 } } },
    difference: {
      ...MORE,
      by_size: { medium: { mean: 0, low: -0.1, high: 0.1, clicks: MORE, objects: 40 } },
    },
  });

  expect(medium?.note).toBeNull();
  expect(medium?.rows[0]).toMatchObject({ title: "IoU after 1 click", interval: { low: -0.1 } });
  expect(medium?.rows[1]).toMatchObject({
    ...{ title: "Clicks to 85 %", serving: "4.00", candidate: "4.25", change: 0.25 },
    ...{ moreIsBetter: false, interval: { low: 0.1, high: 0.4 } },
  });
});

test("the precision of proposals is of other objects, and says of how many", () => {
  const [small] = sizeGroups({
    serving: { ...WHOLE, by_size: { small: FIGURES } },
    candidate: {
      ...WHOLE,
      by_size: { small: FIGURES },
      ap_by_size: { small: { ap_50: 0.8, ap_75: 0.25, objects: 61 } },
    },
  });

  expect(small?.title).toBe("Small, 40 objects");
  expect(small?.rows.slice(2)).toMatchObject([
    { title: "AP50 of proposals, 61 objects", serving: "—", candidate: "0.800", change: null },
    { title: "AP75 of proposals, 61 objects", candidate: "0.250", interval: undefined },
  ]);
});

test("a size of which no object was clicked has the precision of its proposals alone", () => {
  const ap_by_size = { large: { ap_50: 0.8, ap_75: 0.25, objects: 3 } };

  const [large] = sizeGroups({ candidate: { ...WHOLE, by_size: {}, ap_by_size } });

  expect([large?.title, large?.rows.length]).toEqual(["Large", 2]);
});

test("a size with too few objects to judge a round by says so", () => {
  const by_size = { small: { ...MORE, objects: 19 }, large: { ...MORE, objects: 20 } };

  const groups = sizeGroups({
    candidate: { ...WHOLE, by_size: { small: FIGURES, large: FIGURES } },
    difference: { ...MORE, by_size },
  });

  expect(groups.map(({ note }) => note)).toEqual([
    "Too few to judge a round by: that takes 20.",
    null,
  ]);
});

test("a round of before sizes were told has no groups, nor has one without a holdout", () => {
  const old: Round["metrics"] = { serving: WHOLE, candidate: WHOLE };

  expect(sizeGroups(old)).toEqual([]);
  expect(sizeGroups({})).toEqual([]);
});

test("a candidate alone is told without a change", () => {
  const [medium] = sizeGroups({ candidate: { ...WHOLE, by_size: { medium: FIGURES } } });

  expect(medium?.rows[0]).toMatchObject({ serving: "—", candidate: "0.500", change: null });
});
