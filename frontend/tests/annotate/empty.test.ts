import { expect, test } from "vitest";
import { finishes, isLeftUnmarked } from "@/pages/annotate/empty";
import { bench } from "../editor/desk";
import { draw } from "../editor/drawings";

const SIZE_HW = [4, 4] as [number, number];

test("who has marked nothing while proposals wait is asked, and nobody else", () => {
  const masks = { a: draw("#.") };
  const proposals = { p: draw(".#") };
  const asks = [{}, { masks }, { proposals }, { masks, proposals }].map((setting) =>
    isLeftUnmarked(bench({ size_hw: SIZE_HW, ...setting }).editor.annotations.get()),
  );

  expect(asks).toEqual([false, false, true, false]);
});

test("a review and a correction finish nothing as empty", () => {
  const queues = [undefined, "complete", "correct", "review"] as const;

  expect(queues.map(finishes)).toEqual([true, true, false, false]);
});
