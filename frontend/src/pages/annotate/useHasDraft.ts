import { useEffect, useState } from "react";
import { type DraftState, isAmbiguous } from "@/editor/draft";
import type { Editor } from "@/editor/editor";
import { afterPaint } from "@/editor/schedule";

/** Whether there is a draft with an answer. */
export function useHasDraft(editor: Editor): boolean {
  return useToldLate(editor, hasAnswer);
}

/** Whether there are three hypotheses, which have the digits then. */
export function useIsAmbiguous(editor: Editor): boolean {
  return useToldLate(editor, isAmbiguous);
}

/**
 * What is so of the draft, told once that is painted.
 *
 * While the decoder works on a click it needs every core, and nobody looks at the panels then.
 */
function useToldLate({ draft }: Editor, isSo: (state: DraftState | null) => boolean): boolean {
  const [told, setTold] = useState(() => isSo(draft.state.get()));
  useEffect(() => {
    let callOff: () => void = () => undefined;
    const read = (): void => {
      callOff();
      callOff = afterPaint(() => setTold(isSo(draft.state.get())));
    };
    read();
    const unsubscribe = draft.state.subscribe(read);
    return () => {
      unsubscribe();
      callOff();
    };
  }, [draft, isSo]);
  return told;
}

function hasAnswer(state: DraftState | null): boolean {
  return (state?.hypotheses.length ?? 0) > 0;
}
