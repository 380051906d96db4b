import { expect, test } from "vitest";
import type { FrozenPicture, Project } from "@/api/types";
import { NO_LABEL } from "@/components/labelColors";
import { frozenOutlines, labelsWords, splitOf } from "@/pages/versions/pictureWords";

const RLE = { size: [2, 2], counts: "013" };
const LABELS = [{ name: "cell", color: "#112233" }] as Project["labels"];

test("masks are counted by label, the commonest first, of many labels the first two", () => {
  expect(labelsWords(masks("cell", null, "cell"))).toBe("3 masks: 2 cell, 1 unlabelled");
  expect(labelsWords(masks("a", "b", "b", "c", "d"))).toBe("5 masks: 2 b, 1 a, 2 labels more");
  expect(labelsWords([])).toBe("0 masks");
});

test("an outline has its label's colour, or that of none where no label is called so by now", () => {
  const colours = frozenOutlines(masks("cell", "gone", null), LABELS).map(({ colour }) => colour);

  expect(colours).toEqual(["#112233", NO_LABEL, NO_LABEL]);
});

test("all splits are asked for without naming one", () => {
  expect([splitOf("all"), splitOf("val")]).toEqual([undefined, "val"]);
});

function masks(...labels: (string | null)[]): FrozenPicture["masks"] {
  return labels.map((label, at) => ({ mask: String(at), label, rle: RLE }));
}
