import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeOfSelection, spotOfMask } from "@/editor/comment-place";
import { contains, emptyMask, fromBitmap } from "@/editor/mask";
import { bench } from "./desk";
import { draw } from "./drawings";

const MASKS = { a: draw("....", ".##.", ".##.") };

describe("the comment tool", () => {
  test("pins a comment to the place of the click", () => {
    const { editor, click, saved } = bench({ masks: MASKS, tool: "comment" });

    click(1.5, 1.5);

    expect(editor.commenting.get()).toEqual({ kind: "point", at: { x: 1.5, y: 1.5 } });
    expect(saved).toEqual([]);
  });

  test("pins it to the selected mask when that lies under the click", () => {
    const { editor, click } = bench({ masks: MASKS, tool: "comment", selected: "a" });

    click(1.5, 1.5);
    const inside = editor.commenting.get();
    click(0.5, 0.5);

    expect(inside).toEqual({ kind: "mask", id: "a" });
    expect(editor.commenting.get()).toEqual({ kind: "point", at: { x: 0.5, y: 0.5 } });
  });

  test("does nothing outside the image, or when the press is taken back", () => {
    const { editor, click } = bench({ masks: MASKS, tool: "comment" });

    click(4, 1);
    editor.tool.get().onPointerDown({
      ...{ at: { x: 1, y: 1 }, altKey: false, shiftKey: false },
      ...{ isSecondary: false, pressure: 1, time_ms: 0 },
    });
    editor.cancel();
    editor.takeTool("select");

    expect(editor.commenting.get()).toBeNull();
  });
});

test("by keys a comment is on the selected mask, else on the whole image", () => {
  expect(placeOfSelection({ kind: "mask", id: "a" })).toEqual({ kind: "mask", id: "a" });
  expect(placeOfSelection({ kind: "proposal", id: "p" })).toEqual({ kind: "image" });
  expect(placeOfSelection(null)).toEqual({ kind: "image" });
});

test("the spot of any mask lies on one of its pixels", () => {
  const pixels = fc.array(fc.constantFrom(0, 1), { minLength: 35, maxLength: 35 });
  fc.assert(
    fc.property(pixels, (data) => {
      const box = { x0: 0, y0: 0, x1: 7, y1: 5 };
      const mask = fromBitmap({ box, data: Uint8Array.from(data) }, [5, 7]);
      const spot = spotOfMask(mask);
      if (spot === null) expect(mask.area_px).toBe(0);
      else expect(contains(mask, spot)).toBe(true);
    }),
    { seed: 6 },
  );
  expect(spotOfMask(emptyMask([5, 7]))).toBeNull();
  expect(spotOfMask(draw("#####", "#####", "#####"))).toEqual({ x: 2.5, y: 1.5 });
});
