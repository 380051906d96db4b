/** The commands on masks by their names and keys: one table for the menu and the keys. */

import type { Editor } from "@/editor/editor";
import { selectedMasks } from "@/editor/hand";
import {
  cutByNeighbours,
  cutNeighbours,
  dropAllSpecks,
  duplicate,
  fillAllHoles,
  growByPixel,
  mergeSelected,
  shrinkByPixel,
  specksInHand,
} from "@/editor/mask-commands";

export interface MaskCommand {
  readonly title: string;
  readonly keys: readonly string[];
  readonly group: "shape" | "neighbours" | "whole" | "look";
  /** What it needs in hand: anything, a saved mask, or several of them. */
  readonly needs: "any" | "mask" | "several";
  run(editor: Editor): void;
  /** What it would do now, for the menu. */
  fact?(editor: Editor): string | null;
}

export const MASK_COMMANDS: readonly MaskCommand[] = [
  {
    ...{ title: "Fill all holes", keys: ["Shift", "I"], group: "shape", needs: "any" },
    run: fillAllHoles,
  },
  {
    ...{ title: "Drop specks", keys: ["Shift", "E"], group: "shape", needs: "any" },
    run: dropAllSpecks,
    fact: specksFact,
  },
  {
    ...{ title: "Grow by a pixel", keys: ["."], group: "shape", needs: "any" },
    run: growByPixel,
  },
  {
    ...{ title: "Shrink by a pixel", keys: [","], group: "shape", needs: "any" },
    run: shrinkByPixel,
  },
  {
    ...{ title: "Merge the selected masks", keys: ["J"], group: "neighbours", needs: "several" },
    run: mergeSelected,
  },
  {
    ...{ title: "Cut by its neighbours", keys: ["Shift", "C"], group: "neighbours", needs: "any" },
    run: cutByNeighbours,
  },
  {
    ...{ title: "Cut its neighbours", keys: ["K"], group: "neighbours", needs: "any" },
    run: cutNeighbours,
  },
  {
    ...{ title: "Duplicate", keys: ["Ctrl", "D"], group: "whole", needs: "mask" },
    run: duplicate,
  },
  {
    ...{ title: "Hide or show", keys: ["H"], group: "look", needs: "mask" },
    run: (editor) => {
      const ids = idsInMind(editor);
      const isHidden = ids.every((id) => editor.view.hidden.get().has(id));
      editor.view.setHidden(ids, !isHidden);
    },
  },
  {
    ...{ title: "Show alone, or all again", keys: ["Shift", "H"], group: "look", needs: "mask" },
    run: (editor) => editor.view.toggleSolo(idsInMind(editor)),
  },
  {
    ...{ title: "Lock or unlock", keys: ["Shift", "L"], group: "look", needs: "mask" },
    run: (editor) => {
      const ids = idsInMind(editor);
      const isLocked = ids.every((id) => editor.view.locked.get().has(id));
      editor.view.setLocked(ids, !isLocked);
    },
  },
];

/** Whether a command has what it needs. */
export function isPossible(editor: Editor, { needs }: MaskCommand): boolean {
  if (needs === "several") return selectedMasks(editor).length > 1;
  return needs === "mask" ? selectedMasks(editor).length > 0 : editor.inHand(null) !== null;
}

/** The selected objects, or the one under the pointer. */
function idsInMind(editor: Editor): string[] {
  const selected = editor.selection.get();
  if (selected !== null) return [selected.id, ...editor.alsoSelected.get()];
  const under = editor.hover.get();
  return under === null ? [...editor.view.solo.get()] : [under.id];
}

function specksFact(editor: Editor): string | null {
  const specks = specksInHand(editor);
  if (specks === null) return null;
  return specks.count === 0 ? "none" : `${specks.count} below ${specks.below_px} px`;
}
