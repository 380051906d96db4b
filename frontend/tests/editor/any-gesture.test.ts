/** Whatever a person does with the tools, in whatever order: nothing breaks, nothing is lost. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { masksOfOneLabel, setAttribute } from "@/editor/attribute-commands";
import type { Editor } from "@/editor/editor";
import { clamp } from "@/editor/geometry";
import { type Mask, maskFromRLE } from "@/editor/mask";
import { type Annotations, applyOperations } from "@/editor/operations";
import { pendingProposals } from "@/editor/picking";
import { restoreMask } from "@/editor/restore";
import { TOOLS } from "@/pages/annotate/tool-list";
import { ALL_COMMANDS } from "./all-commands";
import { square } from "./annotations";
import { bench, decodedAs } from "./desk";
import { at } from "./pointer";

const place = fc.tuple(fc.integer({ min: -2, max: 32 }), fc.integer({ min: -2, max: 22 }));
const pressed = fc.record({
  altKey: fc.boolean(),
  shiftKey: fc.boolean(),
  isSecondary: fc.boolean(),
});
const COMMANDS = Object.values(ALL_COMMANDS);
const KEYS: ((editor: Editor) => void)[] = [
  (e) => e.accept(),
  (e) => e.reject(),
  (e) => e.remove(),
  (e) => e.cancel(),
  (e) => e.undo(),
  (e) => e.redo(),
  (e) => e.setLabel(2),
  (e) => e.selectProposal(1),
  (e) => e.acceptAll(pendingProposals(e.annotations.get())),
  (e) => e.tool.get().nudge?.(1, -1),
  (e) => e.tool.get().settle?.(),
];

type Act = (editor: Editor) => void;
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constantFrom(...TOOLS).map(
    ({ name }): Act =>
      (e) =>
        e.takeTool(name),
  ),
  fc.constantFrom<Act>(...COMMANDS),
  fc.constantFrom<Act>(...KEYS),
  fc.tuple(place, pressed).map(
    ([[x, y], keys]): Act =>
      (e) => {
        e.tool.get().onPointerDown(at(x, y, keys));
        e.tool.get().onPointerUp(at(x, y, keys));
      },
  ),
  fc.tuple(fc.array(place, { minLength: 2, maxLength: 6 }), pressed).map(
    ([places, keys]): Act =>
      (e) => {
        places.forEach(([x, y], index) => {
          if (index === 0) e.tool.get().onPointerDown(at(x, y, keys));
          else e.tool.get().onPointerMove(at(x, y, keys));
        });
        const [x, y] = places.at(-1) ?? [0, 0];
        e.tool.get().onPointerUp(at(x, y, keys));
      },
  ),
  fc.tuple(place, pressed).map(
    ([[x, y], keys]): Act =>
      (e) => {
        e.tool.get().onPointerDown(at(x, y, keys)); // and the pointer is lost
        e.tool.get().onPointerMove(at(x + 3, y, keys));
        e.tool.get().onCancel();
      },
  ),
  place.map(
    ([x, y]): Act =>
      (e) => {
        e.tool.get().onPointerDown(at(x, y));
        e.tool.get().onPointerMove(at(x + 3, y));
        e.tool.get().dropPress?.(); // another finger made a pinch of it
        e.tool.get().onPointerUp(at(x + 3, y));
      },
  ),
  fc.tuple(place, fc.nat(), fc.option(fc.nat())).map(
    ([[x, y], which, whole]): Act =>
      (e) => {
        const ids = [...e.annotations.get().masks.keys()]; // of deleted masks too
        const idAt = (index: number): string => ids[index % ids.length] ?? "";
        const parent = whole === null ? null : idAt(whole);
        const rle = square(clamp(x, 0, 25), clamp(y, 0, 15), 4);
        restoreMask(
          e,
          idAt(which),
          { label: 1, parent, z: x, rle, attributes: { size: x } },
          new Set([1, 2]),
        );
      },
  ),
  fc.tuple(fc.constantFrom("size", "paint"), fc.option(fc.integer({ min: 0, max: 3 }))).map(
    ([attribute, value]): Act =>
      (e) => {
        const masks = masksOfOneLabel(e).map(({ id }) => id);
        setAttribute(e, masks, attribute, value);
      },
  ),
  place.map(
    ([x, y]): Act =>
      (e) => {
        e.pointAt({ x, y });
        e.tool.get().onHover?.({ x, y });
      },
  ),
);

const said = ({ masks, proposals }: Annotations) => ({
  masks: [...masks.values()]
    .filter(({ isDeleted }) => !isDeleted)
    .map(({ id, label, parent, z, rle, attributes }) => [
      id,
      label,
      parent,
      z,
      rle.counts,
      attributes,
    ])
    .sort(),
  proposals: [...proposals.values()].map(({ id, state }) => [id, state]).sort(),
});

function hasCircle({ masks }: Annotations): boolean {
  return [...masks.keys()].some((id) => {
    let above = masks.get(id)?.parent ?? null;
    for (let steps = 0; above !== null; steps += 1) {
      if (above === id || steps > masks.size) return true;
      above = masks.get(above)?.parent ?? null;
    }
    return false;
  });
}

test("any gestures in any order leave page and server alike, and undo takes all of it back", async () => {
  const mask = (x: number, y: number, side: number): Mask => maskFromRLE(square(x, y, side));
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
      const { editor, saved } = bench({
        masks: { whole: mask(1, 1, 9), part: mask(3, 3, 3), other: mask(8, 5, 8) },
        rows: { part: { parent: "whole" }, other: { label: 1 } },
        proposals: { p: mask(20, 2, 5), q: mask(4, 12, 6) },
        size_hw: [20, 30],
        decode: async (prompts) => decodedAs(mask(prompts.length % 20, 2, 6)),
      });
      const begun = editor.annotations.get();
      for (const does of acts) {
        does(editor);
        await Promise.resolve();
        await Promise.resolve();
      }
      editor.takeTool("select");
      editor.draft.clear();

      const now = editor.annotations.get();
      expect(said(applyOperations(begun, saved.flat()))).toEqual(said(now));
      expect(hasCircle(now)).toBe(false);
      for (const { rle, isDeleted } of now.masks.values()) {
        if (!isDeleted) expect(maskFromRLE(rle).area_px).toBeGreaterThan(0);
      }
      while (editor.store.canUndo) editor.undo();
      expect(said(editor.annotations.get())).toEqual(said(begun));
      expect(said(applyOperations(begun, saved.flat()))).toEqual(said(begun));
    }),
    { seed: 80, numRuns: 300 },
  );
});
