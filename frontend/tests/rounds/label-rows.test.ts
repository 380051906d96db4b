import { expect, test } from "vitest";
import type { Figures } from "@/api/types";
import { labelRows } from "@/pages/rounds/labelRows";

const CLICKS = { miou_1: 0.5, miou_3: 0.7, miou_5: 0.8, noc_85: 4, noc_90: 8, objects: 12 };

function naming(masks: number, right: number, named: number, named_right: number): Figures {
  const labels = { masks, right, named, named_right };
  return { ...CLICKS, ap_50: null, ap_75: null, ap_images: 0, labels };
}

test("labels are told as shares, with how many they are of", () => {
  const rows = labelRows({ serving: naming(40, 20, 10, 8), candidate: naming(40, 24, 20, 18) });

  expect(rows.map(({ title, serving, candidate }) => [title, serving, candidate])).toEqual([
    ["Label accuracy, 40 masks", "50 %", "60 %"],
    ["Proposed labels that are right, of 20", "80 %", "90 %"],
  ]);
  expect(rows.map(({ change }) => change?.toFixed(2))).toEqual(["0.10", "0.10"]);
});

test("where labels were judged, a row tells by what, also beside a model that proposes none", () => {
  const difference = {
    ...{ mean: 0, low: 0, high: 0 },
    labels: { mean: 0.4, low: 0.2, high: 0.6 },
  };

  const [, , worth] = labelRows({ candidate: naming(40, 24, 20, 18), difference });

  expect(worth).toMatchObject({
    serving: "0.000",
    candidate: "0.400",
    change: 0.4,
    interval: { low: 0.2, high: 0.6 },
  });
});

test("a model that is never sure has no share that is right, and one without labels no rows", () => {
  const silent = labelRows({ candidate: naming(40, 10, 0, 0) });

  expect(silent.map(({ serving, candidate }) => [serving, candidate])).toEqual([
    ["—", "25 %"],
    ["—", "—"],
  ]);
  expect(labelRows({})).toEqual([]);
});
