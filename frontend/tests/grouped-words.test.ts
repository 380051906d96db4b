import { expect, test } from "vitest";
import type { GivenGroups } from "@/api/types";
import { groupedWords } from "@/pages/settings/groupedWords";

const NONE = { images: 0, groups: 0, largest: [] };

function told(changes: Partial<GivenGroups>): string[] {
  return groupedWords({ given: NONE, divided: NONE, kept: 0, nameless: 0, ...changes });
}

test("the largest groups are told by name, and the others counted", () => {
  const largest = Array.from({ length: 20 }, (_, n) => ({ name: `s${n}`, images: 1 }));

  expect(told({ given: { images: 1, groups: 1, largest: largest.slice(0, 1) } })).toEqual([
    "1 image in 1 group: s0 (1 image).",
  ]);
  expect(told({ given: { images: 1030, groups: 1006, largest } })[0]).toMatch(
    /^1,030 images in 1,006 groups: s0 \(1 image\), .*s5 \(1 image\), and 1,000 more\.$/,
  );
});

test("images that get no group are told with the reason", () => {
  const divided = { images: 3, groups: 1, largest: [{ name: "a", images: 3 }] };

  expect(told({ divided, kept: 1, nameless: 2 })).toEqual([
    "No image gets a group.",
    "3 images left as they are, for each stays on its side of the holdout, and 1 group would lie " +
      "on both: a (3 images).",
    "1 image with another group, which stays.",
    "2 images without one: their names tell none.",
  ]);
});
