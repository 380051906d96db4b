import { createContext, type KeyboardEvent, useContext, useSyncExternalStore } from "react";
import type { Phrase } from "@/api/grounding";
import type { Word } from "@/api/types";
import { useGrounding } from "./GroundingContext";
import { phraseAt, shownBy, stateOf, type WordState } from "./phrases";

interface WordProps {
  "data-said"?: WordState;
  /** Its phrase is pointed at, or pinned. */
  "data-shown"?: true | undefined;
  onPointerEnter?: () => void;
  onPointerLeave?: () => void;
  onFocusCapture?: () => void;
  onBlur?: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
}

/** The text whose words are shown; its phrases count their words. */
export const GroundedText = createContext<{ id: string; words: readonly Word[] } | null>(null);

const never = () => () => undefined;

/**
 * What a word does that speaks of a mask: it is lit, shows the mask, and takes two keys while the
 * text is not being corrected. Words that were changed and not saved have no phrases yet.
 */
export function usePhraseWord(
  words: readonly Word[],
  index: number,
  isEditable: boolean,
): WordProps {
  const said = useGrounding();
  const text = useContext(GroundedText);
  const phrase =
    said?.grounding && text?.words === words ? phraseAt(said.grounding, text.id, index) : null;
  const state = phrase && stateOf(phrase);
  const showing = said?.showing;
  const isShown = useSyncExternalStore(
    showing?.shown.subscribe ?? never,
    () => phrase !== null && showing?.shown.get().phrase === phrase.id,
  );
  if (!said || !showing || !phrase || !state) return {};
  const show = () => showing.show(shownBy(phrase));
  return {
    "data-said": state,
    "data-shown": isShown || undefined,
    onPointerEnter: show,
    onPointerLeave: showing.hide,
    onFocusCapture: show,
    onBlur: showing.hide,
    onKeyDown: (event) => {
      if (!isEditable && takeKey(event.key, phrase, said.decide)) event.preventDefault();
    },
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
