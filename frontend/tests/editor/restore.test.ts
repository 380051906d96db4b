import { describe, expect, test } from "vitest";
import { maskToRLE } from "@/editor/mask";
import type { MaskRow } from "@/editor/operations";
import { restoreDrafts, restoreMask } from "@/editor/restore";
import type { MaskState } from "@/editor/revisions";
import { bench, decodedAs } from "./desk";
import { draw, rowsOf } from "./drawings";

const OLD = draw("##...", "##...", ".....");
const NEW = draw("####.", "####.", ".....");
const LABELS = new Set([1, 2]);
const old: MaskState = { label: 1, parent: null, z: 0, rle: maskToRLE(OLD), attributes: {} };

const open = (row: Partial<MaskRow> = { label: 2 }) =>
  bench({ masks: { a: NEW }, rows: { a: row } });

describe("an older state of a mask", () => {
  test("comes back as a new revision and one step of undo", () => {
    const { editor, saved, drawn } = open();

    expect(restoreMask(editor, "a", old, LABELS)).toBe(true);
    const restored = drawn().a;
    editor.undo();

    expect(restored).toEqual(rowsOf(OLD));
    expect(drawn().a).toEqual(rowsOf(NEW));
    expect(saved).toMatchObject([
      [{ kind: "revise", mask: "a", label: 1, rle: old.rle, effort: { tool: "restore" } }],
      [{ kind: "revise", mask: "a", label: 2, rle: maskToRLE(NEW) }],
    ]);
  });

  test("is selected then, and sends only what differs", () => {
    const { editor, saved } = open({ label: 1 });

    restoreMask(editor, "a", old, LABELS);

    expect(editor.selection.get()).toEqual({ kind: "mask", id: "a" });
    expect(Object.keys(saved[0]?.[0] ?? {}).sort()).toEqual([
      "effort",
      "id",
      "kind",
      "mask",
      "rle",
    ]);
  });

  test("is nothing to do where the mask is like that now", () => {
    const { editor, saved } = open({ label: 1 });
    const now = { ...old, rle: maskToRLE(NEW) };

    expect(restoreDrafts(editor.annotations.get(), "a", now, LABELS)).toEqual([]);
    expect(restoreMask(editor, "a", now, LABELS)).toBe(false);
    expect(saved).toEqual([]);
    expect(editor.store.canUndo).toBe(false);
  });

  test("brings a deleted mask back, whole", () => {
    const { editor, drawn, saved } = open();
    editor.selection.set({ kind: "mask", id: "a" });
    editor.remove();

    restoreMask(editor, "a", old, LABELS);

    expect(drawn().a).toEqual(rowsOf(OLD));
    expect(saved[1]).toMatchObject([{ kind: "revise", label: 1, parent: null, rle: old.rle }]);
    editor.undo();
    expect(drawn()).toEqual({});
  });

  test("accepts the proposal again that the mask was made of", () => {
    const { editor, saved, drawn } = bench({ proposals: { p: NEW }, selected: "p" });
    editor.accept();
    const mask = Object.keys(drawn())[0] ?? "";
    editor.undo();

    restoreMask(editor, mask, old, LABELS);

    expect(saved[2]).toMatchObject([
      { kind: "verdict", proposal: "p", verdict: "accepted", mask },
      { kind: "revise", mask, rle: old.rle },
    ]);
    expect(editor.annotations.get().proposals.get("p")?.state).toBe("accepted");
    expect(drawn()[mask]).toEqual(rowsOf(OLD));
  });

  test("keeps the label that the mask has where its own was deleted", () => {
    const { editor, saved } = open();

    restoreMask(editor, "a", { ...old, label: 9 }, LABELS);

    expect(saved[0]?.[0]).not.toHaveProperty("label");
  });

  test("is a part again of what it was a part of, if that is still there and no part of it", () => {
    const whole = draw("#####", "#####", "#####");
    const { editor } = bench({
      masks: { a: NEW, whole, part: OLD },
      rows: { part: { parent: "a" } },
    });
    const parentOf = (parent: string | null) =>
      restoreDrafts(editor.annotations.get(), "a", { ...old, parent }, LABELS)[0];

    expect(parentOf("whole")).toMatchObject({ parent: "whole" });
    for (const none of ["part", "a", "gone"]) expect(parentOf(none)).not.toHaveProperty("parent");
  });
});

describe("nothing is restored", () => {
  test("on an image that may only be looked at", () => {
    const { editor, saved } = open();
    editor.isReadOnly.set(true);

    expect(restoreMask(editor, "a", old, LABELS)).toBe(false);
    expect(saved).toEqual([]);
  });

  test("on a locked mask, and the notice says so", () => {
    const { editor, saved } = open();
    editor.view.setLocked(["a"], true);

    expect(restoreMask(editor, "a", old, LABELS)).toBe(false);
    expect(editor.notice.get()).toBe("This mask is locked.");
    expect(saved).toEqual([]);
  });

  test("under a draft, which is kept", async () => {
    const { editor, saved } = bench({
      masks: { a: NEW },
      decode: () => Promise.resolve(decodedAs(OLD)),
    });
    editor.prompt([{ kind: "point", xy: [1, 1], label: 1 }], 0);
    await Promise.resolve();

    expect(restoreMask(editor, "a", old, LABELS)).toBe(false);
    expect(editor.draft.state.get()).not.toBeNull();
    expect(saved).toEqual([]);
  });

  test("from a revision that deleted the mask", () => {
    const { editor } = open();

    expect(restoreMask(editor, "a", { ...old, rle: null }, LABELS)).toBe(false);
  });
});

test("Escape closes the history before it deselects", () => {
  const { editor } = bench({ masks: { a: NEW }, selected: "a" });
  editor.view.historyOf.set("a");

  editor.cancel();
  const selected = editor.selection.get();
  editor.cancel();

  expect(editor.view.historyOf.get()).toBeNull();
  expect(selected).not.toBeNull();
  expect(editor.selection.get()).toBeNull();
});
