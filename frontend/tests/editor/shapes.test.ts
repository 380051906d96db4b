import { expect, test } from "vitest";
import { changesOfShapes, type MaskScene, shapesOf } from "@/editor/render/shapes";
import { maskRow, proposalRow, square } from "./annotations";

const [first, second] = [maskRow("a", square(1, 1, 4)), maskRow("b", square(10, 2, 3))];
const proposal = proposalRow("p", square(20, 10, 5), 0.8);

function scene(change: Partial<MaskScene> = {}): MaskScene {
  const colourOf = ({ label }: { label: number | null }) =>
    label === null ? "#ffffff" : "#228be6";
  const given = { masks: [first, second], proposals: [proposal], threshold: 0.9, fill: 0.3 };
  return { ...given, colourOf, ...change };
}

function boxBetween(before: MaskScene, after: MaskScene) {
  return changesOfShapes(shapesOf(before), shapesOf(after)).box;
}

test("what was saved looks as before: nothing is drawn anew", () => {
  const saved = scene({ masks: [{ ...first, revision: 2 }, second] });

  expect(boxBetween(scene(), saved)).toBeNull();
});

test("a mask that was labelled, hidden or shown is drawn anew, and no other", () => {
  const box = { x0: 10, y0: 2, x1: 13, y1: 5 };

  expect(boxBetween(scene(), scene({ masks: [first, { ...second, label: 1 }] }))).toEqual(box);
  expect(boxBetween(scene(), scene({ masks: [first] }))).toEqual(box);
  expect(boxBetween(scene({ masks: [first] }), scene())).toEqual(box);
});

test("masks are drawn from the lowest to the highest, and one that moved is drawn anew", () => {
  const raised = scene({ masks: [{ ...first, z: 1 }, second] });

  expect(shapesOf(raised).map(({ id }) => id)).toEqual(["b", "a", "p"]);
  expect(boxBetween(scene(), raised)).toEqual({ x0: 1, y0: 1, x1: 5, y1: 5 });
});

test("a new shape is drawn where it was and where it is", () => {
  const moved = scene({ masks: [first, { ...second, rle: square(14, 6, 3) }] });

  expect(boxBetween(scene(), moved)).toEqual({ x0: 10, y0: 2, x1: 17, y1: 9 });
});

test("a proposal that comes to the fore is drawn anew; fuller colours change everything", () => {
  const box = { x0: 20, y0: 10, x1: 25, y1: 15 };

  expect(boxBetween(scene(), scene({ threshold: 0.7 }))).toEqual(box);
  expect(changesOfShapes(shapesOf(scene()), shapesOf(scene({ fill: 0 }))).added).toHaveLength(3);
});
