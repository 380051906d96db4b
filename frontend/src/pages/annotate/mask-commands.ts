/** The commands on masks by their names and keys: one table for the menu and the commands. */

import type { Chord } from "@/commands/chord";
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
import { makePart, takeOut } from "@/editor/part-commands";
import { isStanding } from "@/editor/part-offer";
import { bringForward, bringToFront, sendBackward, sendToBack } from "@/editor/stacking";
import { HIDE } from "./view-commands";

export interface MaskCommand {
  readonly id: string;
  readonly title: string;
  readonly what?: string; // for the list of keys
  readonly words?: string; // for the palette
  readonly key: Chord; // by default
  readonly group: "shape" | "neighbours" | "whole" | "tree" | "order" | "look";
  /**
   * What it needs: anything in hand, a saved mask, several of them, one or an offer to make it a
   * part, one that is a part, or one under the pointer.
   */
  readonly needs: "any" | "mask" | "several" | "offer" | "part" | "mind";
  run(editor: Editor): void;
  /** What it would do now, for the menu. */
  fact?(editor: Editor): string | null;
}

export const MASK_COMMANDS: readonly MaskCommand[] = [
  {
    ...{
      id: "mask.fill-holes",
      title: "Fill all holes",
      key: "Shift+I",
      group: "shape",
      needs: "any",
    },
    run: fillAllHoles,
  },
  {
    ...{
      id: "mask.drop-specks",
      title: "Drop specks",
      key: "Shift+E",
      group: "shape",
      needs: "any",
    },
    run: dropAllSpecks,
    fact: specksFact,
  },
  {
    ...{ id: "mask.grow", title: "Grow by a pixel", key: ".", group: "shape", needs: "any" },
    run: growByPixel,
  },
  {
    ...{ id: "mask.shrink", title: "Shrink by a pixel", key: ",", group: "shape", needs: "any" },
    run: shrinkByPixel,
  },
  {
    ...{
      id: "mask.merge",
      title: "Merge the selected masks",
      key: "J",
      group: "neighbours",
      needs: "several",
    },
    run: mergeSelected,
  },
  {
    ...{
      id: "mask.cut",
      title: "Cut by its neighbours",
      key: "Shift+C",
      group: "neighbours",
      needs: "any",
    },
    run: cutByNeighbours,
  },
  {
    ...{
      id: "mask.cut-neighbours",
      title: "Cut its neighbours",
      key: "K",
      group: "neighbours",
      needs: "any",
    },
    run: cutNeighbours,
  },
  {
    ...{ id: "mask.duplicate", title: "Duplicate", key: "Ctrl+D", group: "whole", needs: "mask" },
    run: duplicate,
  },
  {
    ...{
      id: "mask.part",
      title: "Make it a part",
      key: "Shift+P",
      group: "tree",
      needs: "offer",
    },
    what: "Make the mask a part of the one around it; several: of the one selected first",
    words: "parent whole tree",
    run: makePart,
  },
  {
    ...{
      id: "mask.no-part",
      title: "No longer a part",
      key: "Shift+W",
      group: "tree",
      needs: "part",
    },
    words: "parent whole tree take out",
    run: takeOut,
  },
  {
    ...{ id: "mask.forward", title: "Bring forward", key: "Ctrl+]", group: "order", needs: "mask" },
    what: "Bring the mask above the next one that it overlaps",
    words: "order above z",
    run: bringForward,
  },
  {
    ...{
      id: "mask.backward",
      title: "Send backward",
      key: "Ctrl+[",
      group: "order",
      needs: "mask",
    },
    what: "Send the mask below the next one that it overlaps",
    words: "order below z",
    run: sendBackward,
  },
  {
    ...{
      id: "mask.front",
      title: "Bring to front",
      key: "}",
      group: "order",
      needs: "mask",
    },
    words: "order above z top raise",
    run: bringToFront,
  },
  {
    ...{ id: "mask.back", title: "Send to back", key: "{", group: "order", needs: "mask" },
    words: "order below z bottom lower",
    run: sendToBack,
  },
  {
    ...{ id: "mask.history", title: "History", key: "R", group: "look", needs: "mask" },
    run: toggleHistory,
  },
  {
    ...{ ...HIDE, group: "look", needs: "mind" },
    run: (editor) => {
      const ids = idsInMind(editor);
      const isHidden = ids.every((id) => editor.view.hidden.get().has(id));
      editor.view.setHidden(ids, !isHidden);
    },
  },
  {
    ...{
      id: "mask.solo",
      title: "Show alone, or all again",
      key: "Shift+H",
      group: "look",
      needs: "mind",
    },
    run: (editor) => editor.view.toggleSolo(idsInMind(editor)),
  },
  {
    ...{ id: "mask.lock", title: "Lock or unlock", key: "Shift+L", group: "look", needs: "mind" },
    run: (editor) => {
      const ids = idsInMind(editor);
      const isLocked = ids.every((id) => editor.view.locked.get().has(id));
      editor.view.setLocked(ids, !isLocked);
    },
  },
];

/** What a command lacks to do anything, in words; null when it has all. */
export function lackOf(editor: Editor, { needs, group }: MaskCommand): string | null {
  if (editor.isFrozen && group !== "look") return READ_ONLY;
  if (needs === "several") {
    return selectedMasks(editor).length > 1 ? null : "Select several masks first.";
  }
  const has = {
    any: () => editor.inHand(null) !== null,
    mask: () => selectedMasks(editor).length > 0,
    offer: () =>
      isStanding(editor.partOffer.get(), editor.selection.get()) ||
      selectedMasks(editor).length > 0,
    part: () => selectedMasks(editor).some(({ parent }) => parent !== null),
    mind: () => idsInMind(editor).length > 0,
  };
  if (has[needs]()) return null;
  return needs === "part" ? "Select a part first." : "Select a mask first.";
}

export const READ_ONLY = "This image can only be looked at.";

/** Open the history of the selected mask, or close the one that is open. */
export function toggleHistory({ view, selection }: Editor): void {
  const selected = selection.get();
  if (view.historyOf.get() !== null) view.historyOf.set(null);
  else if (selected?.kind === "mask") view.historyOf.set(selected.id);
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
