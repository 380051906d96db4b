import { createContext, type KeyboardEvent, useContext } from "react";
import type { Phrase } from "@/api/grounding";
import type { Word } from "@/api/types";
import { useSaid } from "./SaidContext";
import { NOTHING_SHOWN, phraseAt, shownBy, stateOf, type WordState } from "./said";

interface WordProps {
  "data-said"?: WordState;
  onPointerEnter?: () => void;
  onPointerLeave?: () => void;
  onFocusCapture?: () => void;
  onBlur?: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
}

/** The text whose words are shown; its phrases count their words. */
export const SaidText = createContext<{ id: string; words: readonly Word[] } | null>(null);

/**
 * What a word does that speaks of a mask: it is lit, shows the mask, and takes two keys while the
 * text is not being corrected. Words that were changed and not saved have no phrases yet.
 */
export function useSaidWords(
  words: readonly Word[],
  isEditable: boolean,
): (index: number) => WordProps {
  const said = useSaid();
  const text = useContext(SaidText);
  return (index) => {
    if (!said?.grounding || text === null || text.words !== words) return {};
    const phrase = phraseAt(said.grounding, text.id, index);
    const state = phrase && stateOf(phrase);
    if (!phrase || !state) return {};
    const show = () => said.shown.set(shownBy(phrase));
    const hide = () => said.shown.set(NOTHING_SHOWN);
    return {
      "data-said": state,
      onPointerEnter: show,
      onPointerLeave: hide,
      onFocusCapture: show,
      onBlur: hide,
      onKeyDown: (event) => {
        if (!isEditable && takeKey(event.key, phrase, said.decide)) event.preventDefault();
      },
    };
  };
}

/** Enter confirms a link, Delete takes it away. */
export function takeKey(
  key: string,
  { id, masks }: Phrase,
  decide: (decision: { phrase: number; kind: "confirmed" | "removed"; masks: string[] }) => void,
): boolean {
  if (masks.length === 0) return false;
  if (key === "Enter") decide({ phrase: id, kind: "confirmed", masks });
  else if (key === "Delete" || key === "Backspace")
    decide({ phrase: id, kind: "removed", masks: [] });
  else return false;
  return true;
}
