import { expect, test } from "vitest";
import { ProblemError } from "@/api/problem";
import type { Criteria, Label, Version, VersionCut, VersionLook } from "@/api/types";
import {
  criteriaErrors,
  criteriaOf,
  isEverything,
  isSame,
  valueErrors,
  valuesOf,
} from "@/pages/versions/criteria";
import {
  criteriaWords,
  groupsWords,
  lookWords,
  nothingWords,
} from "@/pages/versions/criteriaWords";
import { cutsToShow, endedOf, endedSince, endWords } from "@/pages/versions/cutWords";
import { IDLE_JOB } from "../idle-job";

const ALL: Criteria = {
  ...{ splits: ["train"], labels: [2, 3], drop_empty: true, reviewed: true, agreement: 0.8 },
  ...{ rounds: [0, 2], finished_from: "2026-05-01", finished_to: "2026-05-03" },
  ...{ groups: ["a", "b"], val_share: 0.2 },
};
const LABELS = [label(2, "disc"), label(3, "ring")];

test("a form gives back the criteria that it began with", () => {
  expect(criteriaOf(valuesOf(ALL))).toEqual(ALL);
  expect(criteriaOf(valuesOf({ agreement: 0.07, val_share: 0.29 }))).toEqual({
    agreement: 0.07,
    val_share: 0.29,
  });
});

test("a share is the one that was typed, and no other that is near", () => {
  expect(criteriaOf({ ...valuesOf({}), val: 0.7 })).toEqual({ val_share: 0.007 });
  expect(criteriaOf(valuesOf({ val_share: 0.1234, agreement: 1 / 3 }))).toEqual({
    val_share: 0.1234,
    agreement: 0.333333333333,
  });
  expect(isSame({ val_share: 0.1234 }, { val_share: 0.123 })).toBe(false);
});

test("what chooses nothing is everything, however it is said", () => {
  const nothing = { splits: [], labels: [], agreement: null, val_share: null, reviewed: false };

  expect(isEverything(nothing)).toBe(true);
  expect(isEverything({ reviewed: true })).toBe(false);
  expect(isEverything({ agreement: 0 })).toBe(false);
});

test("the order of choosing makes no other choice", () => {
  expect(isSame({ labels: [3, 2] }, { labels: [2, 3], groups: [] })).toBe(true);
  expect(isSame({ labels: [3] }, { labels: [2, 3] })).toBe(false);
});

test("errors stand beside the fields of the form", () => {
  const errors = [
    { field: "criteria.val_share", message: "Too much." },
    { field: "criteria.labels[0]", message: "Not there." },
    { field: "note", message: "Too long." },
  ];

  expect(criteriaErrors(new ProblemError(400, { errors }))).toEqual({
    val: "Too much.",
    labels: "Not there.",
  });
  expect(criteriaErrors(new Error("else"))).toEqual({});
});

test("a last day before the first is told without asking", () => {
  const days = { finished_from: "2026-05-02", finished_to: "2026-05-01" };

  expect(Object.keys(valueErrors(valuesOf(days)))).toEqual(["to"]);
  expect(valueErrors(valuesOf({ ...days, finished_to: "2026-05-02" }))).toEqual({});
  expect(valueErrors(valuesOf({ ...days, finished_to: null }))).toEqual({});
});

test("criteria are told in words", () => {
  expect(criteriaWords(ALL, LABELS)).toBe(
    "Only train; only masks of disc, ring; without images that have none; reviewed; " +
      "agreement of at least 80 %; under the pretrained model, round 2; " +
      "finished from 2026-05-01 to 2026-05-03; of groups a, b; 20 % of train drawn for val",
  );
  expect(criteriaWords({ labels: [9], finished_to: "2026-05-03" }, LABELS)).toBe(
    "Only masks of label 9; finished until 2026-05-03",
  );
  expect(criteriaWords({ splits: [], agreement: null }, LABELS)).toBe("");
});

test("a look tells how much there is by split, or why there is nothing", () => {
  const splits = { holdout: { images: 2, masks: 1 }, train: { images: 1, masks: 4 } };

  expect(lookWords({ images: 3, masks: 5, splits, meeting: {} })).toBe(
    "3 images: 1 train, 2 holdout. 5 masks.",
  );
  expect(nothingWords(none({ images: 12, reviewed: 0, groups: 3 }))).toBe(
    "No image meets all of this. Of 12 finished or begun: 0 reviewed, 3 of these groups.",
  );
  expect(nothingWords(none({ images: 0 }))).toBe("Nothing is finished or begun yet.");
});

test("the form tells how many groups there are, and that none is divided", () => {
  expect(groupsWords(1234)).toBe(
    "1,234 groups, each kept together: val never divides one. Press Enter after each one.",
  );
  expect(groupsWords(1)).toBe(
    "1 group, kept together: val never divides it. Press Enter after each one.",
  );
  expect(groupsWords(0)).toBe("No image has one; Settings give them.");
  expect(groupsWords(undefined)).toBe("Press Enter after each one.");
});

test("cuts are shown while they run, and failed ones until another succeeds", () => {
  const cuts = [cut("running"), cut("failed"), cut("succeeded"), cut("failed"), cut("cancelled")];

  expect(cutsToShow(cuts)).toEqual(cuts.slice(0, 2));
  expect(cutsToShow([cut("cancelled"), cut("failed")]).map(({ job }) => job.state)).toEqual([
    "failed",
  ]);
});

test("a cut that ended before anybody saw it at work is told once, and none from before", () => {
  const before = [cut("failed")];
  const after = [cut("succeeded"), cut("running"), ...before];
  const known = new Set(endedOf(before).map(({ id }) => id));

  expect(endedSince(undefined, after)).toEqual([]);
  expect(endedSince(known, after)).toEqual([cut("succeeded")]);
  expect(endedSince(new Set(endedOf(after).map(({ id }) => id)), after)).toEqual([]);
});

test("an asked-for version that is not among the newest was cut before", () => {
  const again = { ...cut("succeeded"), version: "0123456789abcdef" };
  const cutNow = {
    id: again.version,
    created_at: again.created_at,
    counts: { masks: 3 },
  } as Version;

  expect(endWords(cut("failed"), [])).toBe("");
  expect(endWords(again, [])).toMatch(/^Nothing has changed since: this is version 01234567/);
  expect(endWords(again, [cutNow])).toBe("Version 01234567 holds 3 masks.");
});

function none(meeting: VersionLook["meeting"]): VersionLook {
  return { images: 0, masks: 0, splits: {}, meeting };
}

function label(id: number, name: string): Label {
  return { id, name, color: "#112233", deleted: false, attributes: [] };
}

function cut(state: VersionCut["job"]["state"]): VersionCut {
  const finished_at = state === "running" ? null : "2026-11-29T09:00:00Z";
  return {
    ...{ id: state, criteria: {}, query: null, note: "", version: null, created_by: null },
    created_at: "2026-11-29T09:00:00Z",
    job: { ...IDLE_JOB, kind: "cut_version", state, finished_at },
  };
}
