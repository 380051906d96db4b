import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Mask, maskFromRLE } from "@/editor/mask";
import { intersect } from "@/editor/mask-sets";
import { inDrawingOrder, liveMasks, objectAt } from "@/editor/picking";
import { selectAlso } from "@/editor/several";
import { bringForward, bringToFront, sendBackward, sendToBack } from "@/editor/stacking";
import { square } from "./annotations";
import { bench, type Setting } from "./desk";
import { draw, masksOf } from "./drawings";

const ALL = draw("####", "####");
const CORNER = draw("##..", "....");

function open(setting: Setting) {
  const made = bench(setting);
  const order = () =>
    inDrawingOrder(liveMasks(made.editor.annotations.get()))
      .map(({ id }) => id)
      .join("");
  return { ...made, order };
}

const THREE: Setting = { masks: { a: ALL, b: ALL, c: ALL }, selected: "a" };

describe("a mask among others that it overlaps", () => {
  test("goes above the next one, to the front, below the next one, to the back", () => {
    const { editor, order } = open(THREE);
    const orders = [bringForward, bringToFront, sendBackward, sendToBack].map((command) => {
      command(editor);
      return order();
    });

    expect(orders).toEqual(["bac", "bca", "bac", "abc"]);
  });

  test("is moved by one step of undo, and only what must move is revised", () => {
    const { editor, order, saved } = open(THREE);
    bringToFront(editor);
    editor.undo();

    expect(order()).toBe("abc");
    expect(saved).toMatchObject([
      [{ kind: "revise", mask: "a", z: 1, effort: { tool: "front" } }],
      [{ kind: "revise", mask: "a", z: 0 }],
    ]);
  });

  test("passes no mask that it does not touch", () => {
    const masks = { a: CORNER, b: draw("...#", "...#"), c: CORNER };
    const { editor, saved } = open({ masks, selected: "a" });
    bringForward(editor);
    bringForward(editor);

    expect(saved).toMatchObject([[{ mask: "a", z: 1 }]]);
    expect(editor.notice.get()).toBe("It lies above all that it overlaps.");
  });

  test("takes its parts along, which stay above it", () => {
    const masks = { whole: ALL, part: CORNER, other: ALL };
    const { editor, saved } = open({
      ...{ masks, rows: { part: { parent: "whole" } }, selected: "whole" },
    });
    bringForward(editor);

    expect(saved).toMatchObject([
      [
        { mask: "whole", z: 1 },
        { mask: "part", z: 1 },
      ],
    ]);
  });

  test("stays where it is if a locked one would have to move", () => {
    const { editor, saved } = open(THREE);
    editor.view.setLocked(["c"], true);
    bringForward(editor);

    expect(saved).toEqual([]);
    expect(editor.notice.get()).toContain("locked");
  });

  test("is what a click means where it lies above; of equals, the smaller", () => {
    const { editor } = bench({
      masks: { whole: maskFromRLE(square(0, 0, 6)), part: maskFromRLE(square(1, 1, 2)) },
      selected: "whole",
    });
    const at = { x: 1.5, y: 1.5 } as Parameters<typeof objectAt>[1];
    const clicked = () => objectAt(editor.annotations.get(), at, () => true)?.id;
    const before = clicked();
    bringToFront(editor);

    expect([before, clicked()]).toEqual(["part", "whole"]);
  });
});

const IDS = ["a", "b", "c", "d"];

test("the selected masks pass what they should, and no others change places", () => {
  const height = fc.integer({ min: -2, max: 2 });
  const placed = fc
    .tuple(masksOf([4, 4]), height)
    .filter(([{ area_px }]) => area_px > 0)
    .map(([mask, z]) => ({ mask, z }));
  const four = fc.array(placed, { minLength: IDS.length, maxLength: IDS.length });
  const commands = fc.constantFrom(bringForward, bringToFront, sendBackward, sendToBack);
  const chosen = fc.uniqueArray(fc.constantFrom(...IDS), { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(four, commands, chosen, (places, command, ids) => {
      const masks = Object.fromEntries(places.map(({ mask }, at) => [IDS[at], mask]));
      const rows = Object.fromEntries(places.map(({ z }, at) => [IDS[at], { z }]));
      const [first = "", also] = ids;
      const { editor, order } = open({ masks, rows, selected: first });
      if (also !== undefined) selectAlso(editor, { kind: "mask", id: also });
      const [isUp, isFar] = [
        command === bringForward || command === bringToFront,
        command === bringToFront || command === sendToBack,
      ];
      const before = order();
      command(editor);
      const after = order();

      for (const one of IDS) {
        const others = IDS.filter((other) => other !== one && doOverlap(masks, one, other));
        const isChosen = ids.includes(one);
        for (const other of others.filter((id) => ids.includes(id) === isChosen)) {
          expect(isAbove(after, one, other)).toBe(isAbove(before, one, other));
        }
        if (!isChosen) continue;
        const ahead = (isUp ? [...before] : [...before].reverse()).join("");
        const passed = others
          .filter((other) => !ids.includes(other) && isAbove(ahead, other, one))
          .sort((a, b) => ahead.indexOf(a) - ahead.indexOf(b));
        for (const other of isFar ? passed : passed.slice(0, 1)) {
          expect(isAbove(after, one, other)).toBe(isUp);
        }
      }
    }),
    { seed: 23, numRuns: 300 },
  );
});

function doOverlap(masks: Record<string, Mask>, one: string, other: string): boolean {
  const [a, b] = [masks[one], masks[other]];
  return a !== undefined && b !== undefined && intersect(a, b).area_px > 0;
}

const isAbove = (order: string, one: string, other: string): boolean =>
  order.indexOf(one) > order.indexOf(other);
