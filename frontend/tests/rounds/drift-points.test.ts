import { expect, test } from "vitest";
import { driftPoints } from "@/pages/rounds/driftPoints";

const SURE = { round: 1, share: 0.31, low: 0.23, high: 0.4, n: 1000, learned: 400, alike: 0.07 };

test("rounds whose new images are surely unlike have bars of another kind", () => {
  const chance = { ...SURE, round: 2, share: 0.18, low: 0.09, high: 0.32, n: 80, alike: 0.1 };

  expect(driftPoints([SURE, chance])).toEqual([
    {
      round: "Round 1",
      alike: null,
      unlike: 0.31,
      words: { unlike: "31 % of 1,000 images (95 %: 23 % to 40 %), where chance may make 7 %" },
    },
    {
      round: "Round 2",
      alike: 0.18,
      unlike: null,
      words: { alike: "18 % of 80 images (95 %: 9 % to 32 %), where chance may make 10 %" },
    },
  ]);
});
