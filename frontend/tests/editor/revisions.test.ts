import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskToRLE } from "@/editor/mask";
import type { Prompt } from "@/editor/operations";
import { type MaskState, surroundingsOf, tellRevisions } from "@/editor/revisions";
import { square } from "./annotations";
import { draw, masksOf } from "./drawings";

const state = (change: Partial<MaskState> = {}): MaskState => ({
  label: null,
  parent: null,
  z: 0,
  rle: square(2, 2, 4),
  attributes: {},
  ...change,
});
/** What the newest of these states, oldest first, changed. */
const changesOf = (...states: MaskState[]) => tellRevisions(states.reverse(), false)[0]?.changes;

describe("a revision tells", () => {
  test("how large the mask was made", () => {
    expect(changesOf(state())).toEqual([{ kind: "made", area_px: 16 }]);
  });

  test("the pixels that were added and removed", () => {
    const before = state({ rle: maskToRLE(draw("##..", "##..")) });
    const after = state({ rle: maskToRLE(draw(".###", ".#..")) });

    expect(changesOf(before, after)).toEqual([{ kind: "pixels", added_px: 2, removed_px: 2 }]);
  });

  test("another label and another whole", () => {
    expect(changesOf(state({ label: 1, parent: "a" }), state({ label: 2 }))).toEqual([
      { kind: "label", before: 1, after: 2 },
      { kind: "parent", before: "a", after: null },
    ]);
  });

  test("that it lies higher or lower than before", () => {
    expect(changesOf(state(), state({ z: 2 }))).toEqual([{ kind: "z", before: 0, after: 2 }]);
  });

  test("that the mask was deleted, and nothing else", () => {
    expect(changesOf(state({ label: 1 }), state({ label: 1, rle: null }))).toEqual([
      { kind: "deleted" },
    ]);
  });

  test("that it was brought back, and how it differs from what was deleted", () => {
    const gone = state({ rle: null });
    const larger = state({ rle: square(2, 2, 5) });

    expect(changesOf(state(), gone, state())).toEqual([{ kind: "restored" }]);
    expect(changesOf(state(), gone, larger)).toEqual([
      { kind: "restored" },
      { kind: "pixels", added_px: 9, removed_px: 0 },
    ]);
  });

  test("nothing where it was saved again as it was", () => {
    expect(changesOf(state(), state())).toEqual([]);
  });
});

describe("the pictures of a history show", () => {
  const point = (x: number, y: number): Prompt => ({ kind: "point", xy: [x, y], label: 0 });
  const shown = (...prompts: Prompt[]) =>
    surroundingsOf([
      { rle: square(4, 4, 4), prompts },
      { rle: null, prompts: [] },
      { rle: square(8, 4, 4), prompts: [] },
    ]);

  test("all that the mask ever was", () => {
    expect(shown()).toEqual({ x0: 4, y0: 4, x1: 12, y1: 8 });
    expect(surroundingsOf([{ rle: null, prompts: [point(1, 1)] }])).toBeNull();
  });

  test("the prompts near it, and none for which it would have to become small", () => {
    const near: Prompt = { kind: "box", box_xyxy: [3.5, 4, 12, 9] };

    expect(shown(point(14.5, 5), near)).toEqual({ x0: 3.5, y0: 4, x1: 14.5, y1: 9 });
    expect(shown(point(29, 5), point(5, 19))).toEqual(shown());
  });
});

test("a revision whose predecessor is still to come waits for it", () => {
  const loaded = [state({ label: 2 }), state({ label: 1 })];

  expect(tellRevisions(loaded, true).map(({ revision }) => revision.label)).toEqual([2]);
  expect(tellRevisions([...loaded, state()], false).map(({ changes }) => changes)).toEqual([
    [{ kind: "label", before: 1, after: 2 }],
    [{ kind: "label", before: null, after: 1 }],
    [{ kind: "made", area_px: 16 }],
  ]);
});

test("added and removed pixels account for the difference in area", () => {
  fc.assert(
    fc.property(masksOf([8, 9]), masksOf([8, 9]), (a, b) => {
      fc.pre(a.area_px > 0 && b.area_px > 0);
      const change = changesOf(state({ rle: maskToRLE(a) }), state({ rle: maskToRLE(b) }))?.[0];
      const grown = change?.kind === "pixels" ? change.added_px - change.removed_px : 0;

      expect(a.area_px + grown).toBe(b.area_px);
    }),
    { seed: 3 },
  );
});
