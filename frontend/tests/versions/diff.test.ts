import { expect, test } from "vitest";
import type { ChangedImage, MaskChange, Version, VersionDiff } from "@/api/types";
import {
  boxAround,
  COLOURS,
  countWords,
  fieldWords,
  headerWords,
  histogramOf,
  imageWords,
  isSame,
  measuredWords,
  movesOf,
  outlinesOf,
} from "@/pages/versions/diff/diffWords";
import {
  nameOfPair,
  neighbourOf,
  pairOf,
  versionTitle,
  withNamed,
} from "@/pages/versions/diff/pair";
import { learnedWords, whyNoTag } from "@/pages/versions/versionWords";

const [NEWEST, MIDDLE, OLDEST] = [version("c"), version("b"), version("a")];
const VERSIONS = [NEWEST, MIDDLE, OLDEST];
const NOTHING = { added: 0, removed: 0, changed: 0 };
// One pixel, the first and the last of 2 x 2.
const [FIRST, LAST] = [rle("013"), rle("31")];

test("the address names a pair, the earlier first, and one that is not there is none", () => {
  const name = nameOfPair(OLDEST.id, NEWEST.id);

  expect(name).toBe("aaaaaaaa-cccccccc");
  expect(pairOf(name, VERSIONS)).toEqual({ before: OLDEST, after: NEWEST });
  for (const other of [undefined, "", "aaaaaaaa", "aaaaaaaa-ffffffff", "a-c", `${name}-bbbbbbbb`])
    expect(pairOf(other, VERSIONS)).toBeNull();
});

test("an older version that the address names comes behind those that were read, once", () => {
  const [older, oldest] = [
    { ...version("9"), created_at: "2025-02-01T00:00:00Z" },
    { ...version("8"), created_at: "2025-01-01T00:00:00Z" },
  ];

  expect(withNamed(VERSIONS, [oldest, older, MIDDLE, oldest])).toEqual([
    ...VERSIONS,
    older,
    oldest,
  ]);
});

test("a version is compared with the one before it, the first with the one after", () => {
  expect(neighbourOf(NEWEST, VERSIONS)).toBe("bbbbbbbb-cccccccc");
  expect(neighbourOf(OLDEST, VERSIONS)).toBe("aaaaaaaa-bbbbbbbb");
  expect(neighbourOf(OLDEST, [OLDEST])).toBeUndefined();
  expect(neighbourOf(OLDEST, [NEWEST, MIDDLE])).toBeUndefined();
});

test("a version is compared with the last one that was cut from the same, if there is one", () => {
  const ofRings = { criteria: { labels: [2] }, cut_from: { id: 1, name: "Rings", number: 1 } };
  const changed = {
    criteria: { labels: [2], reviewed: true },
    cut_from: { id: 2, name: "Rings", number: 2 },
  };
  const all = [
    { ...version("f"), ...changed },
    { ...version("e"), criteria: { labels: [2] } }, // chosen by hand
    version("d"),
    { ...version("c"), ...ofRings },
    version("b"),
    { ...version("a"), criteria: { labels: [7] } },
  ];

  expect(all.map((each) => neighbourOf(each, all))).toEqual([
    "cccccccc-ffffffff", // the query was changed, and is the same one still
    "cccccccc-eeeeeeee",
    "bbbbbbbb-dddddddd",
    "bbbbbbbb-cccccccc", // nothing before it is of rings
    "aaaaaaaa-bbbbbbbb",
    "aaaaaaaa-bbbbbbbb", // nothing is before it, and nothing after it is of the same
  ]);
  const ofRingsFirst = { ...version("c"), ...ofRings };
  expect(neighbourOf(ofRingsFirst, all.slice(0, 4))).toBe("cccccccc-eeeeeeee");
});

test("a version is told by its id, its query, its tags and the first line of its note", () => {
  expect(versionTitle({ ...OLDEST, tags: ["v1.0"], note: "For us.\nAnd them." })).toBe(
    "aaaaaaaa · v1.0 · For us.",
  );
  expect(versionTitle({ ...OLDEST, cut_from: { id: 1, name: "Rings", number: 1 } })).toBe(
    "aaaaaaaa · Rings",
  );
  expect(versionTitle(OLDEST)).toBe("aaaaaaaa");
});

test("counts are told without what there is none of", () => {
  expect(countWords({ added: 1200, removed: 0, changed: 3 })).toBe("1,200 added, 3 changed");
  expect(countWords(NOTHING)).toBe("");
  expect(fieldWords({ z: 1, shape: 5 }, "masks")).toBe("new shape: 5, stacking: 1");
  expect(fieldWords({ split: 2 }, "images")).toBe("split: 2");
});

test("versions are the same where no image differs and no label was renamed", () => {
  expect(isSame(diff({}))).toBe(true);
  expect(isSame(diff({ images: { ...NOTHING, changed: 1 } }))).toBe(false);
  const renamed = [{ before: "cell", after: "nucleus", count: 1 }];
  expect(isSame(diff({ renamed }))).toBe(false);
});

test("the histogram names tenths, and says of how many masks it is", () => {
  const iou = { bins: [0, 0, 0, 0, 0, 0, 0, 0, 1, 2], mean: 0.9, measured: 3, reshaped: 3 };

  expect(histogramOf(iou)[0]).toEqual({ iou: "0.0–0.1", masks: 0 });
  expect(histogramOf(iou)[9]).toEqual({ iou: "0.9–1.0", masks: 2 });
  expect(measuredWords(iou)).toBe(
    "IoU of old and new shape: 0.900 on average, of 3 masks that changed their shape.",
  );
  expect(measuredWords({ ...iou, measured: 2000, reshaped: 5000 })).toContain(
    "the first 2,000 of 5,000 masks",
  );
  expect(measuredWords({ ...iou, mean: null, measured: 0, reshaped: 0 })).toBe(
    "No mask changed its shape.",
  );
});

test("what changed on an image is told in one line, masks with their least IoU", () => {
  const found = image({
    fields: ["split", "captions"],
    split: { before: "train", after: "holdout" },
    masks: [
      mask("added", { after: FIRST }),
      mask("changed", { fields: ["shape"], iou: 0.5, before: FIRST, after: LAST }),
      mask("changed", { fields: ["shape"], iou: 0.875, before: FIRST, after: LAST }),
    ],
    captions: [{ kind: "changed", mask: null, before: "A cell.", after: "Two cells." }],
  });

  expect(imageWords(found)).toEqual([
    "train → holdout",
    "masks: 1 added, 2 changed, IoU from 0.50",
    "1 caption",
  ]);
  expect(imageWords(image({ kind: "removed" }))).toEqual(["Image removed"]);
});

test("labels that masks moved between are told once each", () => {
  const moved = { fields: ["label"], label_before: null, label_after: "cell" };

  expect(movesOf([mask("changed", moved), mask("changed", moved), mask("added", {})])).toEqual([
    "no label → cell",
  ]);
});

test("both shapes of a mask are drawn where they differ, else the one that it has", () => {
  const reshaped = mask("changed", { fields: ["shape"], before: FIRST, after: LAST });
  const renamed = mask("changed", { fields: ["label"], before: FIRST, after: FIRST });
  const drawn = (each: MaskChange) => outlinesOf([each]).map(({ colour }) => colour);

  expect(drawn(mask("added", { after: FIRST }))).toEqual([COLOURS.added[1]]);
  expect(drawn(mask("removed", { before: FIRST }))).toEqual([COLOURS.removed[1]]);
  expect(drawn(reshaped)).toEqual([COLOURS.before[1], COLOURS.after[1]]);
  expect(drawn(renamed)).toEqual([COLOURS.after[1]]);
  expect(boxAround(outlinesOf([reshaped]))).toEqual({ x0: 0, y0: 0, x1: 2, y1: 2 });
  expect(boxAround(outlinesOf([mask("added", { after: FIRST })]))).toEqual({
    ...{ x0: 0, y0: 0, x1: 1, y1: 1 },
  });
  expect(boxAround([])).toBeNull();
});

test("labels and attributes that changed are told, though no image did", () => {
  const attribute = { label: "cell", attribute: "size", kind: "changed" as const };
  const changed = diff({
    labels_added: ["nucleus", "wall"],
    attributes: [
      { ...attribute, fields: ["max", "min"] },
      { ...attribute, attribute: "new", kind: "added", fields: [] },
    ],
    header_fields: ["query"],
  });

  expect(isSame(diff({}))).toBe(true);
  expect(isSame(changed)).toBe(false);
  expect(headerWords(changed)).toEqual([
    ["Labels added", "nucleus, wall"],
    ["Attributes", "size of cell (max, min), new of cell (added)"],
    ["Also different", "what was chosen of the project"],
  ]);
});

test("what learned from a version is told with what it is to the project", () => {
  const bundle = "d".repeat(64);

  expect(learnedWords({ bundles: [] })).toBe("");
  expect(
    learnedWords({
      bundles: [
        { bundle, round: 7, alias: "serving" },
        { bundle, round: null, alias: null },
      ],
    }),
  ).toBe("Learned from by model dddddddd of round 7, serving now; model dddddddd.");
});

test("a tag is refused where the server would refuse it", () => {
  for (const name of ["v1.0", "paper_2026-final", "2026.1", "x".repeat(60)])
    expect(whyNoTag(name)).toBeUndefined();
  for (const name of ["", "V1", "a b", "cafe", "2026", "-v", "..", "x".repeat(61), "ü1"])
    expect(whyNoTag(name)).toBeDefined();
});

function version(letter: string): Version {
  const counts = { images: 0, train: 0, holdout: 0, unfinished: 0, masks: 0, transcripts: 0 };
  return {
    ...{
      id: letter.repeat(64),
      note: "",
      tags: [],
      rounds: [],
      bundles: [],
      exports: [],
      exports_count: 0,
    },
    ...{ created_at: "2026-11-29T09:00:00Z", created_by: null, criteria: {}, cut_from: null },
    counts: { ...counts, captions: 0, mask_captions: 0 },
  };
}

function diff(changes: Partial<VersionDiff>): VersionDiff {
  return {
    ...{ images: NOTHING, masks: NOTHING, captions: NOTHING, mask_fields: {}, image_fields: {} },
    ...{ splits: [], labels: [], moves: [], renamed: [], attributes: [] },
    ...{ labels_added: [], labels_removed: [], header_fields: [] },
    iou: { bins: [], mean: null, measured: 0, reshaped: 0 },
    ...changes,
  };
}

function image(changes: Partial<ChangedImage>): ChangedImage {
  return {
    ...{ sha256: "e".repeat(64), file_name: "a.png", kind: "changed", image: null },
    ...{ split: { before: null, after: null }, group: { before: null, after: null } },
    ...{ fields: [], captions: [], masks: [] },
    ...changes,
  };
}

function mask(kind: MaskChange["kind"], changes: Partial<MaskChange>): MaskChange {
  return {
    ...{ mask: "m", kind, fields: [], label_before: null, label_after: null, iou: null },
    ...{ before: null, after: null },
    ...changes,
  };
}

function rle(counts: string): { size: number[]; counts: string } {
  return { size: [2, 2], counts };
}
