import { describe, expect, test } from "vitest";
import type { Pair } from "@/editor/conflicts";
import { type Mask, maskToRLE } from "@/editor/mask";
import { CHANGE_COLOURS } from "@/editor/render/colours";
import type { Revision } from "@/pages/annotate/api";
import { sidesOfPair } from "@/pages/annotate/review/conflict-sides";
import {
  boxToCompare,
  changesOf,
  reviewedMask,
  sidesOfReview,
} from "@/pages/annotate/review/reviewed-mask";
import type { Side } from "@/pages/annotate/review/sides";
import { SIZE_HW, square } from "../editor/annotations";
import { draw, rowsOf } from "../editor/drawings";

const OLD = draw("......", ".##...", ".##...", "......");
const NOW = draw("......", "..##..", "..##..", "......");

const revision = (number: number, mask: Mask | null): Revision => ({
  ...{ number, kind: "revise", created_at: "2026-01-02T03:04:05Z", author: "ada", label: null },
  ...{ parent: null, z: 0, area_px: 0, proposal: null, bundle: null, round: null, attributes: {} },
  ...{
    model: null,
    origin: {},
    tool: null,
    prompts: [],
    answered_by: null,
    answered_by_round: null,
    hypothesis: null,
    picked: false,
  },
  ...{ seconds: 0, clicks: 0, strokes: 0, undos: 0 },
  rle: mask && maskToRLE(mask),
});

describe("a mask that a review changed", () => {
  const history = [5, 4, 3, 2, 1].map((number) => revision(number, number > 2 ? NOW : OLD));

  test("is compared with how it was before the first of the review's revisions", () => {
    const found = reviewedMask(history, { first_revision: 3, last_revision: 4 });

    expect([found.before?.number, found.after.number]).toEqual([2, 4]);
    expect(changesOf(found)).toEqual([{ kind: "pixels", added_px: 2, removed_px: 2 }]);
  });

  test("was not there before if its first revision is the review's", () => {
    const found = reviewedMask(history, { first_revision: 1, last_revision: 4 });

    expect(found.before).toBeNull();
    expect(changesOf(found)).toEqual([{ kind: "made", area_px: 4 }]);
  });
});

describe("the pictures of before and after", () => {
  const size_hw = OLD.size_hw;
  const marked = ({ masks }: Side) =>
    masks.slice(1).map(({ mask, colour }) => ({ rows: rowsOf(mask), colour }));

  test("mark what went in the one and what came in the other", () => {
    const { sides } = sidesOfReview({ before: revision(1, OLD), after: revision(2, NOW) }, size_hw);

    expect(sides.map(marked)).toEqual([
      [{ rows: ["......", ".#....", ".#....", "......"], colour: CHANGE_COLOURS.removed }],
      [{ rows: ["......", "...#..", "...#..", "......"], colour: CHANGE_COLOURS.added }],
    ]);
    expect(sides.map(({ label }) => label)).toEqual([
      "Before: 4 px, 2 px of them removed",
      "After: 4 px, 2 px of them added",
    ]);
  });

  test("mark nothing where the pixels are the same", () => {
    const { sides } = sidesOfReview({ before: revision(1, OLD), after: revision(2, OLD) }, size_hw);

    expect(sides.map(marked)).toEqual([[], []]);
    expect(sides.map(({ label }) => label)).toEqual(["Before: 4 px", "After: 4 px"]);
  });

  test("show the bare place where there is no mask yet, or none any more", () => {
    const added = sidesOfReview({ before: null, after: revision(1, NOW) }, size_hw);
    const deleted = sidesOfReview({ before: revision(1, OLD), after: revision(2, null) }, size_hw);

    expect(added.sides.map(({ missing, masks }) => [missing, masks.length])).toEqual([
      ["Not there yet", 0],
      [null, 2],
    ]);
    expect(deleted.sides.map(({ label }) => label)).toEqual([
      "Before: 4 px, all of them removed",
      "After: deleted",
    ]);
    expect([added.around, deleted.around]).toEqual([NOW.box, OLD.box]);
  });
});

test("both pictures show what differs, with a third of the mask around it at least", () => {
  const [large, clipped] = [draw(...rows(30, 30)), draw(...rows(29, 30))];

  expect(boxToCompare(large, clipped)).toEqual({ x0: 0, y0: 20, x1: 30, y1: 30 });
  expect(boxToCompare(large, large)).toEqual(large.box);
  expect(boxToCompare(OLD, NOW)).toEqual({ x0: 1, y0: 1, x1: 4, y1: 3 });
});

/** A square of 30 x 30 pixels, of which the first rows are the object. */
function rows(filled: number, side: number): string[] {
  return Array.from({ length: side }, (_, y) => (y < filled ? "#" : ".").repeat(side));
}

describe("the pictures of two people's masks", () => {
  const PEOPLE = [
    { slot: 0, username: "ada" },
    { slot: 2, username: "cleo" },
  ];
  const NAMES = new Map([[1, "cell"]]);
  const finished = (x: number) => ({ mask: "m", label: 1, rle: square(x, 4, 3) });
  const pair = (part: Partial<Pair>): Pair => ({
    ...{ slot: 2, first: null, other: null, iou: null, same_label: null },
    ...part,
  });

  test("stand under their names and show the part of the image where both lie", () => {
    const both = pair({ first: finished(2), other: finished(9) });
    const { sides, around } = sidesOfPair(both, PEOPLE, NAMES);

    expect(sides.map(({ title, label }) => [title, label])).toEqual([
      ["ada", "ada: cell, 9 px"],
      ["cleo", "cleo: cell, 9 px"],
    ]);
    expect(sides.map(({ masks }) => masks[0]?.mask.box?.x0)).toEqual([2, 9]);
    expect(around).toEqual({ x0: 2, y0: 4, x1: 12, y1: 7 });
    expect(sides[0].masks[0]?.mask.size_hw).toEqual(SIZE_HW);
  });

  test("leave one empty where only one person has the object", () => {
    const { sides, around } = sidesOfPair(pair({ other: finished(9) }), PEOPLE, NAMES);

    expect(sides.map(({ missing }) => missing)).toEqual(["No mask", null]);
    expect(sides[0].label).toBe("ada: no mask");
    expect(around).toEqual({ x0: 9, y0: 4, x1: 12, y1: 7 });
  });
});
