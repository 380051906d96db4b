import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ListOrder, listMasks, PLAIN_LIST } from "@/editor/object-list";
import type { MaskRow } from "@/editor/operations";
import { maskRow, square } from "./annotations";

const names = new Map([
  [1, "Cup"],
  [2, "Handle"],
]);
const nameOf = (label: number | null) => (label === null ? "No label" : (names.get(label) ?? ""));

const rows = [
  maskRow("cup", square(10, 0, 6), { label: 1 }),
  maskRow("handle", square(16, 2, 2), { label: 2, parent: "cup" }),
  maskRow("spoon", square(0, 8, 3), { author: "grace" }),
  maskRow("rim", square(10, 0, 1), { label: 2, parent: "cup" }),
  maskRow("chip", square(10, 0, 1), { parent: "rim" }),
];

const list = (change: Partial<typeof PLAIN_LIST> = {}) =>
  listMasks(rows, { ...PLAIN_LIST, ...change }, nameOf).map(
    ({ id, depth }) => `${"-".repeat(depth)}${id}`,
  );

describe("the list", () => {
  test("has the newest first, and parts under their wholes", () => {
    expect(list()).toEqual(["spoon", "cup", "-rim", "--chip", "-handle"]);
  });

  test.each([
    ["label", ["cup", "-handle", "-rim", "--chip", "spoon"]],
    ["area", ["cup", "-handle", "-rim", "--chip", "spoon"]],
    ["place", ["cup", "-rim", "--chip", "-handle", "spoon"]],
  ] as [ListOrder, string[]][])("is ordered by %s", (order, wanted) => {
    expect(list({ order })).toEqual(wanted);
  });

  test("folds the parts of a whole, and says how many they are", () => {
    const folded = new Set(["cup"]);

    expect(list({ folded })).toEqual(["spoon", "cup"]);
    expect(listMasks(rows, { ...PLAIN_LIST, folded }, nameOf)[1]?.parts).toBe(2);
  });

  test("is filtered by words of label and author; parts of what is left out stand alone", () => {
    expect(list({ text: "hand" })).toEqual(["rim", "handle"]);
    expect(list({ text: " GRACE label " })).toEqual(["spoon"]);
    expect(list({ text: "cup grace" })).toEqual([]);
  });

  test("has masks that are parts of each other by themselves, and their parts under them", () => {
    const circle = [
      maskRow("a", square(0, 0, 2), { parent: "b" }),
      maskRow("b", square(3, 0, 2), { parent: "a" }),
      maskRow("part", square(0, 0, 1), { parent: "a" }),
    ];

    const listed = listMasks(circle, PLAIN_LIST, nameOf).map(({ id, depth }) => [id, depth]);
    expect(listed).toEqual([
      ["b", 0],
      ["a", 0],
      ["part", 1],
    ]);
  });

  test("has every mask once, unless it is filtered or folded away", () => {
    const made = fc.array(
      fc.record({ label: fc.constantFrom(null, 1, 2), parent: fc.nat({ max: 9 }) }),
      { maxLength: 10 },
    );
    const orders = fc.constantFrom<ListOrder>("newest", "label", "area", "place");
    fc.assert(
      fc.property(made, orders, (plans, order) => {
        const masks: MaskRow[] = plans.map(({ label, parent }, at) =>
          maskRow(`m${at}`, square(at, at, 2), {
            label,
            parent: parent < at ? `m${parent}` : null,
          }),
        );
        const ids = listMasks(masks, { ...PLAIN_LIST, order }, nameOf).map(({ id }) => id);
        expect([...ids].sort()).toEqual(masks.map(({ id }) => id).sort());
      }),
      { seed: 60 },
    );
  });
});
