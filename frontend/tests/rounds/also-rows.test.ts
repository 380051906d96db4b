import { expect, test } from "vitest";
import { alsoRows } from "@/pages/rounds/alsoRows";

test("each project that a round must not forget is a row with what it is of", () => {
  const nuclei = {
    ...{ project: 2, name: "Nuclei", version: "ab12".repeat(16), objects: 120 },
    ...{ serving: 0.71, candidate: 0.676 },
    difference: { mean: -0.034, low: -0.05, high: -0.01 },
  };

  expect(alsoRows({ also: [nuclei] })).toMatchObject([
    {
      ...{ title: "Nuclei, 120 objects", explanation: "Its holdout, as of version ab12ab12" },
      ...{ serving: "0.710", candidate: "0.676", change: -0.034, moreIsBetter: true },
    },
  ]);
  expect(alsoRows({ also: [{ ...nuclei, shared: 3 }] })[0]?.explanation).toBe(
    "Its holdout, as of version ab12ab12, without 3 images that may be learned from here",
  );
  expect(alsoRows({})).toEqual([]);
  expect(alsoRows({ also: [{ project: 3, name: "Cells", version: null, objects: 0 }] })).toEqual(
    [],
  );
});
