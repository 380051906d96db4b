import { expect, test } from "vitest";
import {
  choiceOf,
  choiceWords,
  labelNote,
  splitsAtFirst,
  splitsShown,
} from "@/pages/versions/exportChoice";
import { lossLines, onlyAnneal, recordsLost, uncountedLines } from "@/pages/versions/lossWords";

test("finished images are chosen at first, and begun ones where there are no others", () => {
  expect(splitsAtFirst({ train: 3, holdout: 1, unfinished: 2 })).toEqual(["train", "holdout"]);
  expect(splitsAtFirst({ train: 0, holdout: 0, unfinished: 2 })).toEqual(["unfinished"]);
});

test("labels are sent where their name differs or they stay behind", () => {
  const labels = {
    cell: { name: " nucleus ", isOut: false },
    dirt: { name: "x", isOut: true },
    edge: { name: "edge", isOut: false },
    blank: { name: " ", isOut: false },
  };

  expect(choiceOf(["train"], { images: true, addresses: false }, labels)).toEqual({
    splits: ["train"],
    images: true,
    addresses: false,
    labels: { cell: "nucleus", dirt: null },
  });
  expect(choiceOf(["train"], { images: false, addresses: true }, {})).toEqual({
    splits: ["train"],
    images: false,
    addresses: true,
  });
});

test("a label that shares its name says which it is by its masks and what it was called", () => {
  expect(labelNote({ name: "cell", called: " cell", masks: 3 })).toBe("3 masks");
  expect(labelNote({ name: "cell (7)", called: "cell", masks: 1 })).toBe("1 mask, called “cell”");
  expect(labelNote({ name: "cell", called: "cell", masks: null })).toBe("");
});

test("a choice is told in a few words", () => {
  expect(choiceWords({})).toBe("");
  expect(choiceWords({ splits: ["holdout", "train"], images: true, labels: { a: null } })).toBe(
    "holdout, train · with images · labels changed",
  );
});

test("what is lost is told by how much there is of it, records apart", () => {
  const losses = { parents: 1, overlaps: 1200, covered: 2, masks: 1, ids: 9, digests: 2 };

  expect(lossLines(losses)).toEqual([
    "the shapes of 1 mask",
    "1,200 masks under others: what is covered is lost",
    "2 masks of which nothing is seen, with all that is said of them",
    "that 1 mask is part of others",
  ]);
  expect(recordsLost(losses)).toBe("ids of masks; digests of images");
  expect(lossLines({})).toEqual([]);
  expect(recordsLost({ masks: 3 })).toBe("");
});

test("what only Anneal reads back is told in one sentence, and counted", () => {
  expect(onlyAnneal({ ids: 9, overlaps: 1, labels: 3, digests: 2 })).toBe(
    "Only Anneal reads back: what is covered of 1 mask under others; the labels of 3 masks; the ids of 9 masks; the digests of 2 images.",
  );
  expect(onlyAnneal({})).toBe("");
  expect(onlyAnneal(null)).toBe("");
});

test("what the chosen labels may lose is told though it is not counted", () => {
  expect(uncountedLines(["instances"])).toEqual([
    "masks of labels that get one name: on one image they become one",
  ]);
  expect(uncountedLines(["new"])).toEqual(["more new than is counted"]);
  expect(uncountedLines([])).toEqual([]);
});

test("pictures of what is not finished are for who reviews", () => {
  const counts = { train: 3, holdout: 0, unfinished: 2 };

  expect(splitsShown(counts, "annotator")).toEqual(["train"]);
  expect(splitsShown(counts, "reviewer")).toEqual(["train", "unfinished"]);
  expect(splitsShown(counts, "manager")).toEqual(["train", "unfinished"]);
});
