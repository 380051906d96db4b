import { expect, test } from "vitest";
import { bench } from "./desk";
import { draw } from "./drawings";

const LEFT = draw("......", ".##...", ".##...", "......");
const CLOSE = draw("......", ".##...", ".#....", "......");
const RIGHT = draw("......", "....#.", "....#.", "......");

function accepted(
  setting: Parameters<typeof bench>[0],
  act: (b: ReturnType<typeof bench>) => void,
) {
  const made = bench({ proposals: { left: LEFT, right: RIGHT }, selected: "left", ...setting });
  act(made);
  return made.saved.flat().map((operation) => ("label" in operation ? operation.label : undefined));
}

test("what the model is sure of is accepted under its label, whatever comes next", () => {
  const labels = accepted({ called: { left: 3 } }, ({ editor }) => {
    editor.label.set(7);
    editor.accept();
    editor.accept();
  });

  expect(labels).toEqual([3, 7]);
});

test("a person calls a proposal something else before accepting it", () => {
  const labels = accepted({ called: { left: 3, right: 3 } }, ({ editor }) => {
    editor.setLabel(5);
    editor.acceptAll([...editor.annotations.get().proposals.values()]);
  });

  expect(labels).toEqual([5, 3]);
});

test("a corrected proposal keeps what it was called", () => {
  const labels = accepted({ called: { left: 3 } }, ({ editor }) => {
    editor.setLabel(5);
    editor.reshape({ kind: "proposal", id: "left" }, () => CLOSE);
  });

  expect(labels).toEqual([5]);
});
