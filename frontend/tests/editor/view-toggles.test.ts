/** Whatever is hidden, alone, locked, filtered or folded: a save holds what the person did. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Editor } from "@/editor/editor";
import { maskFromRLE, maskToRLE } from "@/editor/mask";
import { union } from "@/editor/mask-sets";
import type { ListOrder } from "@/editor/object-list";
import { type Annotations, applyOperations, type MaskRow } from "@/editor/operations";
import { selectAlso } from "@/editor/several";
import type { ToolName } from "@/editor/tools/tool";
import { square } from "./annotations";
import { bench } from "./desk";

const MASKS = {
  a: maskFromRLE(square(1, 1, 4)),
  b: maskFromRLE(square(3, 3, 6)),
  c: maskFromRLE(square(15, 2, 5)),
};
const PROPOSALS = { p: maskFromRLE(square(20, 10, 4)), q: maskFromRLE(square(2, 12, 3)) };
const ids = fc.constantFrom("a", "b", "c");
const area = (x: number, y: number) => maskFromRLE(square(x, y, 3));

type Look = (editor: Editor) => void;
const look: fc.Arbitrary<Look> = fc.oneof(
  fc.tuple(ids, fc.boolean()).map(
    ([id, on]): Look =>
      (e) =>
        e.view.setHidden([id], on),
  ),
  fc.tuple(ids, fc.boolean()).map(
    ([id, on]): Look =>
      (e) =>
        e.view.setLocked([id], on),
  ),
  fc.array(ids).map(
    (some): Look =>
      (e) =>
        e.view.toggleSolo(some),
  ),
  fc.boolean().map(
    (on): Look =>
      (e) =>
        e.showsProposals.set(on),
  ),
  fc.constant<Look>((e) => e.view.showAll()),
  fc.double({ min: 0, max: 1, noNaN: true }).map(
    (at): Look =>
      (e) =>
        e.threshold.set(at),
  ),
  fc.tuple(ids, fc.boolean()).map(
    ([id, on]): Look =>
      (e) =>
        e.view.setFolded(id, on),
  ),
  fc.tuple(fc.string({ maxLength: 3 }), fc.constantFrom<ListOrder>("newest", "label", "area")).map(
    ([text, order]): Look =>
      (e) =>
        e.view.list.set({ ...e.view.list.get(), text, order }),
  ),
  fc.constantFrom<ToolName>("select", "outline", "move", "brush", "polygon").map(
    (name): Look =>
      (e) =>
        e.takeTool(name),
  ),
  fc.double({ min: 0.02, max: 8, noNaN: true }).map(
    (zoom): Look =>
      (e) => {
        e.pixelsPerScreenPixel = zoom;
      },
  ),
  ids.map(
    (id): Look =>
      (e) =>
        e.selection.set({ kind: "mask", id }),
  ),
  ids.map(
    (id): Look =>
      (e) =>
        selectAlso(e, { kind: "mask", id }),
  ),
  fc.constant<Look>((e) => e.cancel()),
  fc.tuple(fc.nat({ max: 29 }), fc.nat({ max: 19 })).map(
    ([x, y]): Look =>
      (e) => {
        e.pointAt({ x, y });
        e.selectAt({ x, y });
      },
  ),
);

/** One thing done to one mask, and what should come of it. */
interface Deed {
  readonly id: string;
  readonly does: (editor: Editor) => void;
  readonly gives: (row: MaskRow) => MaskRow;
}
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.tuple(ids, fc.integer({ min: 1, max: 4 })).map(([id, label]) => ({
    id,
    does: (editor: Editor) => editor.setLabel(label),
    gives: (row: MaskRow) => ({ ...row, label }),
  })),
  ids.map((id) => ({
    id,
    does: (editor: Editor) => editor.remove(),
    gives: (row: MaskRow) => ({ ...row, isDeleted: true }),
  })),
  fc.tuple(ids, fc.nat({ max: 20 }), fc.nat({ max: 12 })).map(([id, x, y]) => ({
    id,
    does: (editor: Editor) => editor.desk.finishArea(area(x, y), 1),
    gives: (row: MaskRow) => ({
      ...row,
      rle: maskToRLE(union(maskFromRLE(row.rle), area(x, y))),
    }),
  })),
);

const said = ({ masks, proposals }: Annotations) => ({
  masks: [...masks.values()].map(({ id, label, parent, rle, isDeleted }) =>
    isDeleted ? [id] : [id, label, parent, rle.counts],
  ),
  proposals: [...proposals.values()].map(({ id, state }) => [id, state]),
});

describe("a round trip", () => {
  test("under any view changes nothing but what the person did", () => {
    const steps = fc.array(fc.oneof({ weight: 3, arbitrary: look }, deed), { maxLength: 25 });
    fc.assert(
      fc.property(steps, (taken) => {
        const { editor, saved } = bench({ masks: MASKS, proposals: PROPOSALS, size_hw: [20, 30] });
        const begun = editor.annotations.get();
        const wanted = new Map(begun.masks);
        for (const step of taken) {
          if (typeof step === "function") {
            const before = saved.length;
            step(editor);
            expect(saved).toHaveLength(before);
            continue;
          }
          const row = wanted.get(step.id) as MaskRow;
          if (row.isDeleted) continue;
          editor.takeTool("select");
          editor.selection.set(null);
          editor.selection.set({ kind: "mask", id: step.id });
          step.does(editor);
          const isLocked = editor.view.locked.get().has(step.id);
          if (!isLocked) wanted.set(step.id, step.gives(row));
        }
        const server = applyOperations(begun, saved.flat());
        expect(said(server)).toEqual(said({ masks: wanted, proposals: begun.proposals }));
        expect(said(server)).toEqual(said(editor.annotations.get()));
      }),
      { seed: 70, numRuns: 200 },
    );
  });

  test("hidden and locked masks are in every save's result as they were", () => {
    const { editor, saved } = bench({ masks: MASKS, size_hw: [20, 30], selected: "a" });
    editor.view.setHidden(["b"], true);
    editor.view.toggleSolo(["a"]);
    editor.view.setLocked(["c"], true);
    editor.setLabel(2);

    const { masks } = applyOperations(
      { masks: new Map(editor.annotations.get().masks), proposals: new Map() },
      saved.flat(),
    );
    expect(saved.flat()).toMatchObject([{ kind: "revise", mask: "a", label: 2 }]);
    expect([...masks.values()].filter(({ isDeleted }) => !isDeleted)).toHaveLength(3);
  });
});

describe("alone", () => {
  test("only the chosen are shown, until they are chosen again", () => {
    const { editor } = bench({ masks: MASKS, size_hw: [20, 30] });
    const shown = () => Object.keys(MASKS).filter((id) => editor.isShown({ kind: "mask", id }));
    editor.view.setHidden(["b"], true);
    editor.view.toggleSolo(["b", "c"]);
    const alone = shown();
    editor.view.toggleSolo(["c", "b"]);

    expect(alone).toEqual(["b", "c"]);
    expect(shown()).toEqual(["a", "c"]);
  });

  test("others may join them, and leave again", () => {
    const { editor } = bench({ masks: MASKS, size_hw: [20, 30] });
    const shown = () => Object.keys(MASKS).filter((id) => editor.isShown({ kind: "mask", id }));
    editor.view.toggleSolo(["a"]);
    editor.view.show("b", true);
    const joined = shown();
    editor.view.show("a", false);
    const left = shown();
    editor.view.showAll();

    expect(joined).toEqual(["a", "b"]);
    expect(left).toEqual(["b"]);
    expect(shown()).toEqual(["a", "b", "c"]);
  });
});

describe("a locked mask", () => {
  test("is passed through by clicks and refuses what the list asks of it", () => {
    const { editor, saved } = bench({ masks: MASKS, size_hw: [20, 30] });
    editor.view.setLocked(["a"], true);
    editor.selectAt({ x: 4, y: 4 });
    const through = editor.selection.get()?.id;
    editor.selection.set({ kind: "mask", id: "a" });
    editor.remove();
    editor.setLabel(3);
    editor.prompt([{ kind: "point", xy: [2, 2], label: 1 }], 0);

    expect(through).toBe("b");
    expect(saved).toEqual([]);
    expect(editor.draft.state.get()).toBeNull();
    expect(editor.notice.get()).toContain("locked");
  });
});
