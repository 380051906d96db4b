/** The answers to a question about an image: each is one key. */

import type { Command } from "@/commands/command";
import { READ_ONLY } from "../mask-commands";
import type { Questions } from "./useQuestions";

export const DRAW = { id: "question.draw", title: "Draw it", key: "Shift+S" };
export const LINK = { id: "question.link", title: "It is this mask", key: "Shift+V" };
export const DISMISS = { id: "question.dismiss", title: "Not there", key: "Shift+X" };

const NONE = "Everything that was named has a mask.";
const GROUP = { group: "Said", words: "question answer named spoken missing mask" };

/** What an answer needs to know as it is given. */
export interface Asking {
  questions(): Questions;
  isFrozen(): boolean;
  hasSelectedMask(): boolean;
}

export function questionCommands({ questions, isFrozen, hasSelectedMask }: Asking): Command[] {
  const why = (): string | null => {
    if (questions().current === null) return NONE;
    return isFrozen() ? READ_ONLY : null;
  };
  return [
    {
      ...{ ...DRAW, ...GROUP, why, what: "Draw what was named; the new mask is linked to it" },
      run: () => questions().draw(),
    },
    {
      ...{ ...LINK, ...GROUP, what: "The selected mask is what was named" },
      why: () => why() ?? (hasSelectedMask() ? null : "Select the mask first."),
      run: () => questions().link(),
    },
    {
      ...{ ...DISMISS, ...GROUP, why, what: "What was named needs no mask" },
      run: () => questions().dismiss(),
    },
  ];
}
