/** The commands of verifying: one table for the keys, the buttons and the palette. */

import type { Command } from "@/commands/command";
import type { LabelId } from "@/editor/operations";
import { EDIT_ATTRIBUTES } from "@/pages/annotate/attributes/edit-attributes";
import type { LabelChoice } from "@/pages/annotate/label-choice";
import { labelCommands } from "@/pages/annotate/label-commands";
import { HIDE } from "@/pages/annotate/view-commands";
import type { Verdict } from "./verdict-operations";
import type { VerifySession } from "./verify-session";

export interface VerifyPage {
  readonly labels: readonly LabelChoice[];
  decide(verdict: Verdict): void;
  setLabel(label: LabelId | null): void;
  toggleOutline(): void;
  /** Whether the label of the proposal in view has attributes. */
  hasAttributes(): boolean;
  editAttributes(): void;
}

export interface GridPage extends Pick<VerifyPage, "labels" | "setLabel"> {
  decide(): void;
}

const GROUP = "Verify";

export const VERDICTS: readonly {
  readonly verdict: Verdict;
  readonly key: string;
  readonly also?: readonly string[];
  readonly title: string;
  readonly why: string;
  readonly color: string;
}[] = [
  { verdict: "accepted", key: "A", title: "Accept", why: "The mask is right.", color: "teal" },
  {
    ...{ verdict: "rejected", key: "R", also: ["X"] }, // X rejects in the editor
    ...{ title: "Reject", why: "It is no object.", color: "red" },
  },
  {
    verdict: "needs_work",
    key: "W",
    title: "Needs work",
    why: "An object, but the mask must be corrected.",
    color: "orange",
  },
  {
    verdict: "not_sure",
    key: "S",
    title: "Not sure",
    why: "Somebody else decides.",
    color: "gray",
  },
];

export const verdictId = (verdict: Verdict): string => `verify.${verdict}`;

export const UNDO = { id: "verify.undo", title: "Undo the last verdict", key: "Ctrl+Z" };
export const REST = { id: "verify.rest", title: "Accept all but the clicked ones", key: "Enter" };

/** The command that is there in every view, and while the next proposals are on their way. */
export function undoCommand(session: Pick<VerifySession, "canUndo" | "undo">): Command {
  return {
    ...{ ...UNDO, group: GROUP, isOnce: true, run: () => session.undo() },
    why: () => (session.canUndo ? null : "There is no verdict to undo."),
  };
}

/** The commands on one proposal after another. */
export function oneByOneCommands(page: VerifyPage): Command[] {
  const { labels, decide, setLabel, toggleOutline, hasAttributes, editAttributes } = page;
  const verdicts = VERDICTS.map(({ verdict, key, also, title, why }) => ({
    ...{ id: verdictId(verdict), title, what: `${title}: ${why}`, key, also, group: GROUP },
    isOnce: true, // a key held down decides one proposal, not many
    run: () => decide(verdict),
  }));
  return [
    ...verdicts,
    {
      ...{ ...HIDE, title: "Hide or show the mask", group: GROUP, isOnce: true },
      run: toggleOutline,
    },
    {
      ...{ ...EDIT_ATTRIBUTES, group: GROUP, words: "attribute value property" },
      why: () => (hasAttributes() ? null : "This label has no attributes."),
      run: editAttributes,
    },
    ...labelCommands(labels, setLabel),
  ];
}

/** The commands on a grid of crops. */
export function gridCommands(page: GridPage): Command[] {
  const { labels, decide, setLabel } = page;
  return [
    { ...REST, group: GROUP, isFixed: true, isOnce: true, run: decide },
    ...labelCommands(labels, setLabel),
  ];
}
