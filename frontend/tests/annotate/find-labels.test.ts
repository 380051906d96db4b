import { expect, test } from "vitest";
import { findLabels } from "@/pages/annotate/find-labels";

const LABELS = ["traffic light", "train", "bus", "stop sign", "Ährenfeld", "No label"].map(
  (name, id) => ({ id, name }),
);
const named = (query: string): string[] => findLabels(LABELS, query).map(({ name }) => name);

test("first letters find the labels that begin with them, in their order", () => {
  expect(named("tra")).toEqual(["traffic light", "train"]);
  expect(named("trai")).toEqual(["train"]);
  expect(named("NO")).toEqual(["No label"]);
});

test("a later word and the first letters of the words find a label too, after its beginning", () => {
  expect(named("s")[0]).toBe("stop sign");
  expect(named("light")).toEqual(["traffic light"]);
  expect(named("tl")).toEqual(["traffic light"]);
});

test("accents need not be typed", () => {
  expect(named("ahr")).toEqual(["Ährenfeld"]);
});

test("nothing typed means no label, and neither does what no label is called", () => {
  expect(named("  ")).toEqual([]);
  expect(named("zebra")).toEqual([]);
});
