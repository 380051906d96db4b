import { describe, expect, test } from "vitest";
import { maskToRLE } from "@/editor/mask";
import { inTurn, NEARLY_SAME, NearDuplicates } from "@/editor/near-duplicates";
import type { Annotations, MaskRow } from "@/editor/operations";
import type { Schedule } from "@/editor/schedule";
import { Signal } from "@/editor/signal";
import { annotationsOf, maskRow, proposalRow } from "./annotations";
import { bench } from "./desk";
import { draw } from "./drawings";

const WHOLE = draw("......", ".####.", ".####.", ".####.", ".####.", "......");
const CLOSE = draw("......", ".####.", ".####.", ".####.", ".###..", "......");
const PART = draw("......", ".##...", ".##...", "......", "......", "......");

/** What is put off is done when the test says so. */
function later() {
  const tasks = new Set<() => void>();
  const schedule: Schedule = (task) => {
    tasks.add(task);
    return () => tasks.delete(task);
  };
  const rest = (): void => {
    for (const task of tasks) {
      tasks.delete(task);
      task();
    }
  };
  return { schedule, rest };
}

function looking(masks: readonly MaskRow[]) {
  const proposals = [
    proposalRow("close", maskToRLE(CLOSE), 0.9),
    proposalRow("part", maskToRLE(PART), 0.8),
  ];
  const annotations = new Signal<Annotations>(annotationsOf(masks, proposals));
  const { schedule, rest } = later();
  const { found } = new NearDuplicates(annotations, schedule);
  const change = (next: readonly MaskRow[]): void =>
    annotations.set({ ...annotations.get(), masks: annotationsOf(next).masks });
  return { annotations, found, rest, change };
}

describe("a proposal that is nearly the same as a mask", () => {
  const whole = maskRow("whole", maskToRLE(WHOLE));

  test("is found once the person rests, with the mask", () => {
    const { found, rest } = looking([whole]);
    const before = [...found.get()];
    rest();

    expect(before).toEqual([]);
    expect([...found.get()]).toEqual([["close", "whole"]]);
  });

  test("is one no longer when the mask is deleted, set aside or another shape", () => {
    for (const gone of [{ isDeleted: true }, { isAside: true }, { rle: maskToRLE(PART) }]) {
      const { found, rest, change } = looking([whole]);
      rest();
      change([{ ...whole, ...gone }]);
      rest();

      expect(found.get().has("close")).toBe(false);
    }
  });

  test("is not looked for again where a mask has only got a label", () => {
    const { found, rest, change } = looking([whole]);
    rest();
    const before = found.get();
    change([{ ...whole, label: 3 }]);
    rest();

    expect(found.get()).toBe(before);
  });

  test("is another one as soon as its twin is accepted", () => {
    const { annotations, found, rest } = looking([]);
    const twins = [
      proposalRow("a", maskToRLE(WHOLE), 0.9),
      proposalRow("b", maskToRLE(CLOSE), 0.8),
    ];
    annotations.set(annotationsOf([], twins));
    rest();
    const before = [...found.get()];
    const [a, b] = twins;
    if (a === undefined || b === undefined) throw new Error("no twins");
    annotations.set(annotationsOf([maskRow("new", a.rle)], [b]));
    rest();

    expect(before).toEqual([]);
    expect([...found.get()]).toEqual([["b", "new"]]);
  });

  test("comes after the others, unless somebody has sent it on", () => {
    const rows = ["a", "b", "c"].map((id) => proposalRow(id, maskToRLE(PART), 0.9));
    const [sent = proposalRow("", maskToRLE(PART), 0)] = rows;
    const doubles = new Map([
      ["a", "mask"],
      ["b", "mask"],
    ]);
    const ids = (some: typeof rows) => inTurn(some, doubles).map(({ id }) => id);

    expect(ids(rows)).toEqual(["c", "a", "b"]);
    expect(ids([{ ...sent, state: "needs_work" }, ...rows.slice(1)])).toEqual(["a", "c", "b"]);
  });

  test("is accepted with a word, until that is undone", () => {
    const { editor } = bench({
      masks: { whole: WHOLE },
      proposals: { close: CLOSE, part: PART },
      selected: "close",
    });
    editor.accept();
    const said = editor.notice.get();
    editor.undo();
    const afterUndo = editor.notice.get();
    editor.selection.set({ kind: "proposal", id: "part" });
    editor.accept();

    expect([said, afterUndo, editor.notice.get()]).toEqual([NEARLY_SAME, null, null]);
  });
});
