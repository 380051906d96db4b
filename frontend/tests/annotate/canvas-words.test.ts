import { expect, test } from "vitest";
import { selectAlso } from "@/editor/several";
import { placeInWords, selectionInWords } from "@/pages/annotate/canvas-words";
import { bench } from "../editor/desk";
import { draw } from "../editor/drawings";

const LABELS = [{ id: 7, name: "nucleus", color: "#f00" }];
const setting = {
  masks: { a: draw("##..", "##.."), b: draw("...#", "....") },
  rows: { a: { label: 7 } },
  proposals: { p: draw("..#.", "..#.") },
};

test("the place is the pixel that is pointed at, with the area of the mask in hand", () => {
  const { editor } = bench(setting);

  expect(placeInWords(editor, { x: 3.99, y: 1.5 })).toBe("x 3, y 1");
  editor.selection.set({ kind: "mask", id: "a" });
  expect(placeInWords(editor, { x: 0, y: 0 })).toBe("x 0, y 0 · 4 px");
});

test("beside the image there is no place", () => {
  const { editor } = bench({ ...setting, selected: "a" });

  expect(placeInWords(editor, null)).toBe("");
  expect(placeInWords(editor, { x: -0.1, y: 1 })).toBe("");
  expect(placeInWords(editor, { x: 4, y: 1 })).toBe("");
});

test("what is selected is said with its label and area, what is pointed at is not", () => {
  const { editor } = bench(setting);
  const said = (): string => selectionInWords(editor, LABELS);

  editor.pointAt({ x: 0.5, y: 0.5 });
  expect(said()).toBe("");
  editor.selectAt({ x: 0.5, y: 0.5 });
  expect(said()).toBe("Mask selected: nucleus, 4 pixels");
  selectAlso(editor, { kind: "mask", id: "b" });
  expect(said()).toBe("2 masks selected");
  editor.selection.set({ kind: "mask", id: "b" });
  expect(said()).toBe("Mask selected: no label, 1 pixel");
  editor.selection.set({ kind: "proposal", id: "p" });
  expect(said()).toBe("Proposal selected: no label, 2 pixels");
});
