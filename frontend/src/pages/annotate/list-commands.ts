/** The commands on the list of objects and on many of them: one table for the menu and the commands. */

import type { Command } from "@/commands/command";
import type { Editor } from "@/editor/editor";
import { masksWithinReach, selectedMasks } from "@/editor/hand";
import type { ListOrder } from "@/editor/object-list";
import { liveMasks } from "@/editor/picking";
import { selectAlike, selectAll } from "@/editor/several";

interface ListCommand extends Pick<Command, "id" | "title" | "key" | "what" | "words"> {
  run(editor: Editor): void;
  why?(editor: Editor): string | null;
  fact?(editor: Editor): string | null;
}

export const ORDERS: readonly { order: ListOrder; title: string }[] = [
  { order: "newest", title: "Newest first" },
  { order: "label", title: "By label" },
  { order: "area", title: "Largest first" },
  { order: "place", title: "From top to bottom" },
];

export const LIST_COMMANDS: readonly ListCommand[] = [
  {
    ...{ id: "objects.select-all", title: "Select all objects", key: "Ctrl+A" },
    what: "Select all objects; in the list, Shift-click selects a range, Ctrl-click one more",
    words: "masks everything several",
    why: (editor) =>
      masksWithinReach(editor).length > 0 ? null : "No mask is there to be selected.",
    run: selectAll,
  },
  {
    ...{ id: "objects.select-label", title: "Select all of this label", words: "class same alike" },
    what: "Select all objects that have the selected one's label",
    why: whyNoMask,
    run: selectAlike,
  },
  {
    ...{ id: "objects.show-all", title: "Show every object", key: "Alt+H" },
    what: "Show every object again, after some were hidden or shown alone",
    words: "unhide hidden alone solo",
    why: ({ view }) =>
      view.hidden.get().size + view.solo.get().size > 0 ? null : "Nothing is hidden.",
    run: ({ view }) => view.showAll(),
  },
  {
    ...{
      id: "objects.fold",
      title: "Fold or list its parts",
      words: "unfold expand collapse tree",
    },
    what: "Fold the parts of the selected object in the list, or list them again",
    why: (editor) =>
      whyNoMask(editor) ?? (wholeInHand(editor) === null ? "It has no parts." : null),
    run: (editor) => {
      const id = wholeInHand(editor);
      if (id !== null) editor.view.setFolded(id, !editor.view.list.get().folded.has(id));
    },
  },
  {
    ...{
      id: "proposals.fold",
      title: "Fold or list the proposals",
      words: "collapse unfold panel",
    },
    fact: ({ view }) => (view.foldsProposals.get() ? "folded" : null),
    run: ({ view }) => view.foldsProposals.set(!view.foldsProposals.get()),
  },
  ...ORDERS.map(
    ({ order, title }): ListCommand => ({
      ...{
        id: `objects.order.${order}`,
        title: `List: ${title.toLowerCase()}`,
        words: "sort order",
      },
      fact: ({ view }) => (view.list.get().order === order ? "now" : null),
      run: ({ view }) => view.list.set({ ...view.list.get(), order }),
    }),
  ),
];

function whyNoMask(editor: Editor): string | null {
  return selectedMasks(editor).length > 0 ? null : "Select a mask first.";
}

/** The selected mask, if it has parts. */
function wholeInHand(editor: Editor): string | null {
  const id = selectedMasks(editor)[0]?.id;
  const hasParts = liveMasks(editor.annotations.get()).some(({ parent }) => parent === id);
  return id !== undefined && hasParts ? id : null;
}
