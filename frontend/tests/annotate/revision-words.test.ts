import { expect, test } from "vitest";
import { makerOf } from "@/editor/object-list";
import type { Prompt } from "@/editor/operations";
import type { Revision } from "@/pages/annotate/api";
import {
  bundlesOf,
  changeLines,
  meansOf,
  type Names,
  originOf,
  wayTo,
  whoMade,
} from "@/pages/annotate/revision-words";

const names: Names = {
  ofLabel: (id) => `label ${id}`,
  ofWhole: (id) => `whole ${id}`,
  ofAttribute: (id) => `attribute ${id}`,
};
const revision = (change: Partial<Revision> = {}): Revision => ({
  ...{ number: 1, kind: "create", created_at: "2026-01-02T03:04:05Z", author: "ada", label: null },
  ...{ parent: null, z: 0, rle: null, area_px: 0, proposal: null, bundle: null, round: null },
  ...{ model: null, origin: {}, answered_by: null, answered_by_round: null },
  ...{
    tool: null,
    prompts: [],
    hypothesis: null,
    picked: false,
    seconds: 0,
    clicks: 0,
    strokes: 0,
    undos: 0,
    attributes: {},
  },
  ...change,
});

test("the first revision tells how the mask began", () => {
  const beginning = (change: Partial<Revision>) =>
    changeLines(revision(change), [{ kind: "made", area_px: 1234 }], names);

  expect(beginning({})).toEqual(["Drawn, 1,234 px"]);
  expect(beginning({ kind: null })).toEqual(["Imported, 1,234 px"]);
  expect(beginning({ kind: "verdict", proposal: "p" })).toEqual([
    "Proposal accepted as it was, 1,234 px",
  ]);
  expect(beginning({ proposal: "p" })).toEqual(["Proposal corrected and accepted, 1,234 px"]);
});

test("what the model accepted by itself is nobody's, and no import", () => {
  const made = { ...{ author: null, proposal: "p", bundle: "b1" }, answered_by: "b1" };
  const accepted = revision({ ...made, round: 3, answered_by_round: 3 });

  expect(whoMade(accepted)).toBe("The model");
  expect(changeLines(accepted, [{ kind: "made", area_px: 5 }], names)).toEqual([
    "Proposal accepted by itself, 5 px",
  ]);
  expect(bundlesOf(accepted)).toEqual([{ part: "Proposed by round 3", bundle: "b1" }]);
  expect([makerOf(accepted), makerOf({ author: null, proposal: null })]).toEqual([
    "by the model",
    "imported",
  ]);
});

test("each change has a line of its own", () => {
  const lines = changeLines(
    revision({ kind: "revise" }),
    [
      { kind: "restored" },
      { kind: "pixels", added_px: 1200, removed_px: 0 },
      { kind: "label", before: 1, after: 2 },
      { kind: "parent", before: "a", after: null },
      { kind: "z", before: 0, after: 1 },
      { kind: "z", before: 0, after: -1 },
      { kind: "attribute", attribute: "x", before: null, after: 2.5 },
    ],
    names,
  );

  expect(lines).toEqual([
    "Brought back",
    "1,200 px added",
    "Label: label 1 → label 2",
    "No longer a part of whole a",
    "Brought forward",
    "Sent backward",
    "attribute x: – → 2.5",
  ]);
  expect(changeLines(revision(), [], names)).toEqual(["Saved again, unchanged"]);
});

test("who proposed a mask is named where it begins, by the round", () => {
  const made = { bundle: "b1", proposal: "p" };

  expect(bundlesOf(revision({ ...made, round: 3 }))).toEqual([
    { part: "Proposed by round 3", bundle: "b1" },
  ]);
  expect(bundlesOf(revision({ ...made, kind: "verdict" }))).toEqual([
    { part: "Proposed by the pretrained model", bundle: "b1" },
  ]);
  expect(bundlesOf(revision({ ...made, kind: "revise" }))).toEqual([]);
  expect(bundlesOf(revision())).toEqual([]);
});

test("who answered the prompts is named wherever there were any", () => {
  const answered = { answered_by: "b2", answered_by_round: 4 };
  const words = { part: "Answered by round 4", bundle: "b2" };

  expect(bundlesOf(revision({ ...answered, kind: "revise" }))).toEqual([words]);
  expect(bundlesOf(revision({ ...answered, answered_by_round: null }))).toEqual([
    { part: "Answered by the pretrained model", bundle: "b2" },
  ]);
  expect(bundlesOf(revision({ ...answered, bundle: "b1", round: 3 }))).toEqual([
    { part: "Proposed by round 3", bundle: "b1" },
    words,
  ]);
});

test("the means are the prompts, the strokes and the time", () => {
  const point = (label: 0 | 1): Prompt => ({ kind: "point", xy: [1, 2], label });
  const box: Prompt = { kind: "box", box_xyxy: [1, 2, 3, 4] };

  expect(
    meansOf(revision({ prompts: [point(1), point(1), point(0)], hypothesis: 1, clicks: 4 })),
  ).toBe("2 points · 1 point beside it · hypothesis 2");
  expect(meansOf(revision({ prompts: [point(1)], hypothesis: 0, picked: true }))).toBe(
    "1 point · hypothesis 1, picked",
  );
  expect(meansOf(revision({ prompts: [box, point(0)] }))).toBe("1 point beside it · 1 box");
  expect(meansOf(revision({ strokes: 2, seconds: 4.25 }))).toBe("2 strokes · 4.3 s");
  expect(meansOf(revision({ clicks: 1, seconds: 61.4 }))).toBe("1 click · 61 s");
  expect(meansOf(revision({ tool: "brush", strokes: 1 }))).toBe("Brush · 1 stroke");
  expect(meansOf(revision({ tool: "restore", seconds: 2 }))).toBe("Restored · 2.0 s");
  expect(meansOf(revision({ undos: 2, seconds: 2 }))).toBe("2 undos · 2.0 s");
  expect(meansOf(revision({ tool: "label" }))).toBe(""); // the change says it
  expect(meansOf(revision())).toBe("");
});

test("only the newest revision is how the mask is now; older ones are the same", () => {
  const rle = { size: [1, 1] as [number, number], counts: "1" };
  const way = (number: number, isLikeNow: boolean) => wayTo({ number, rle }, 3, isLikeNow);

  expect([way(3, true), way(2, false), way(1, true)]).toEqual(["here", "back", "same"]);
  expect(way(3, false)).toBe("back"); // a change is on its way to the server
  expect(wayTo({ number: 3, rle: null }, 3, true)).toBe("none");
});

test("an import tells what the files said, and whose model predicted", () => {
  const origin = { author: "ann", source: "manual", verdict: "accepted by bo" };
  const predicted = { model: "net", kind: "verdict", proposal: "p" } as const;

  expect(originOf(revision())).toBeNull();
  expect(originOf(revision({ kind: null, origin }))).toBe(
    "In the files: by ann, manual, accepted by bo",
  );
  expect(originOf(revision({ kind: null, origin: { owner: "cy" } }))).toBe(
    "In the files: of cy's task",
  );
  expect(originOf(revision(predicted))).toBe("Predicted by net");
  expect(originOf(revision({ ...predicted, kind: "revise" }))).toBeNull();
});
