import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitView, toImage, type View } from "@/editor/geometry";
import { keepView, parseViews, restoreView } from "@/editor/kept-views";
import { maskFromRLE } from "@/editor/mask";
import { Signal } from "@/editor/signal";
import { square } from "./annotations";
import { bench } from "./desk";

const MASKS = {
  a: maskFromRLE(square(1, 1, 4)),
  b: maskFromRLE(square(8, 3, 3)),
  c: maskFromRLE(square(15, 2, 5)),
};
const AREA = { width: 30, height: 20 };

function tab() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  };
}

/** An image that was just opened, in a window of some size. */
function opened(size = { width: 600, height: 400 }) {
  const view = new Signal<View>(fitView(size, AREA));
  let isFitted = true;
  const stage = {
    ...{ view, size: new Signal(size), area: AREA, fitted: () => fitView(size, AREA) },
    get isFitted() {
      return isFitted;
    },
    setView(next: View) {
      isFitted = false;
      view.set(next);
    },
  };
  return { ...bench({ masks: MASKS, size_hw: [20, 30] }), stage };
}

describe("an image that is opened again", () => {
  test("is looked at as it was left: the place, and what is hidden, alone, locked and folded", () => {
    const storage = tab();
    const [before, after] = [opened(), opened()];
    before.stage.setView({ scale: 40, x: -100, y: -60 });
    before.editor.view.setHidden(["a"], true);
    before.editor.view.toggleSolo(["b", "c"]);
    before.editor.view.setLocked(["c"], true);
    before.editor.view.setFolded("b", true);
    keepView(5, before.editor, before.stage, storage);
    const isKept = restoreView(5, after.editor, after.stage, storage);

    expect(isKept).toBe(true);
    expect(after.stage.view.get()).toEqual({ scale: 40, x: -100, y: -60 });
    const { hidden, solo, locked, list } = after.editor.view;
    expect([hidden, solo, locked].map((ids) => [...ids.get()])).toEqual([["a"], ["b", "c"], ["c"]]);
    expect([...list.get().folded]).toEqual(["b"]);
    expect(after.saved).toEqual([]);
  });

  test("keeps the middle of the view in a window of another size", () => {
    const storage = tab();
    const [before, after] = [opened(), opened({ width: 900, height: 500 })];
    before.stage.setView({ scale: 40, x: -100, y: -60 });
    keepView(5, before.editor, before.stage, storage);
    restoreView(5, after.editor, after.stage, storage);

    const middle = { x: 450, y: 250 };
    expect(toImage(after.stage.view.get(), middle)).toEqual({ x: 10, y: 6.5 });
  });

  test("is shown whole where it was, and is not another image", () => {
    const storage = tab();
    const [before, after] = [opened(), opened({ width: 900, height: 500 })];
    keepView(5, before.editor, before.stage, storage);

    expect(restoreView(6, after.editor, after.stage, storage)).toBe(false);
    expect(restoreView(5, after.editor, after.stage, storage)).toBe(true);
    expect(after.stage.isFitted).toBe(true);
  });

  test("is not empty because what was alone is gone", () => {
    const storage = tab();
    const [before, after] = [opened(), opened()];
    before.editor.view.toggleSolo(["a"]);
    keepView(5, before.editor, before.stage, storage);
    after.editor.selection.set({ kind: "mask", id: "a" });
    after.editor.remove();
    restoreView(5, after.editor, after.stage, storage);

    expect(after.editor.isShown({ kind: "mask", id: "b" })).toBe(true);
  });
});

test("the images that were left last are kept, and no more than twenty", () => {
  const storage = tab();
  const { editor, stage } = opened();
  for (let image = 1; image <= 30; image += 1) keepView(image, editor, stage, storage);
  keepView(15, editor, stage, storage);

  const kept = parseViews(storage.getItem("anneal-views")).map(({ image }) => image);
  expect(kept).toHaveLength(20);
  expect(kept.slice(-2)).toEqual([30, 15]);
});

test("whatever is found instead of views, the image is on the stage", () => {
  const odd = fc.oneof(fc.jsonValue(), fc.double({ noNaN: true }));
  const entry = fc.record({
    image: fc.constantFrom(5, "5", null),
    place: fc.oneof(
      fc.jsonValue(),
      fc.record({
        view: fc.record({ scale: odd, x: odd, y: odd }),
        size: fc.record({ width: odd, height: odd }),
      }),
    ),
    ...{ hidden: fc.jsonValue(), solo: fc.jsonValue(), locked: fc.jsonValue() },
    folded: fc.jsonValue(),
  });
  const anything = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.json(),
    fc.array(entry).map((made) => JSON.stringify(made)),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const { editor, stage } = opened();
      restoreView(5, editor, stage, { ...tab(), getItem: () => text });
      const { scale, x, y } = stage.view.get();
      expect(scale).toBeGreaterThan(0);
      expect(scale).toBeLessThanOrEqual(64);
      expect(x).toBeLessThan(600);
      expect(y).toBeLessThan(400);
      expect(x + scale * AREA.width).toBeGreaterThan(0);
      expect(y + scale * AREA.height).toBeGreaterThan(0);
    }),
    { seed: 92, numRuns: 200 },
  );
});
