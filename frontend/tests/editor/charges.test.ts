import { beforeEach, expect, test } from "vitest";
import type { Effort, Operation } from "@/editor/operations";
import { type Bench, bench } from "./desk";
import { draw } from "./drawings";

const FIRST = draw("##......", "##......");
const SECOND = draw("....##..", "....##..");

let now_s: number;
let desk: Bench;

beforeEach(() => {
  now_s = 0;
  desk = bench({ masks: { m: FIRST }, proposals: { p: SECOND }, now_s: () => now_s });
});

/** What the last save was charged with, operation by operation. */
function charges(): Partial<Effort>[] {
  const last: readonly Operation[] = desk.saved.at(-1) ?? [];
  return last.map(({ effort }) => ({
    ...{ seconds: effort?.seconds, tool: effort?.tool, undos: effort?.undos },
  }));
}

function after(seconds: number, gesture: () => void): Partial<Effort>[] {
  now_s += seconds;
  gesture();
  return charges();
}

test("what a rejection took is the rejection's, and not the next mask's", () => {
  const { editor } = desk;
  editor.selection.set({ kind: "proposal", id: "p" });

  expect(after(4, () => editor.reject())).toEqual([{ seconds: 4, tool: "reject" }]);
  editor.selection.set({ kind: "mask", id: "m" });
  expect(after(1, () => editor.remove())).toEqual([{ seconds: 1, tool: "delete" }]);
});

test("undo and redo are charged with their own time, and only an undo is one", () => {
  const { editor } = desk;
  editor.selection.set({ kind: "proposal", id: "p" });
  after(2, () => editor.accept());

  expect(after(6, () => editor.undo())).toEqual([
    { seconds: 3, tool: "undo", undos: 1 },
    { seconds: 3, tool: "undo" },
  ]);
  const redone = after(5, () => editor.redo());
  expect(redone.reduce((sum, { seconds = 0 }) => sum + seconds, 0)).toBe(5);
  expect(redone).toMatchObject(redone.map(() => ({ tool: "redo", undos: undefined })));
});

test("corners taken back are counted with the mask that comes of it; undoing nothing is not", () => {
  const { editor } = desk;
  editor.undo();
  editor.takeTool("polygon");
  for (const [x, y] of [
    [0, 0],
    [6, 0],
    [6, 1],
    [6, 2],
  ] as const) {
    desk.click(x, y);
  }
  editor.undo();
  editor.undo();
  desk.click(6, 2);
  desk.click(0, 2);
  editor.accept();

  expect(charges()).toMatchObject([{ tool: "polygon", undos: 2 }]);
});
