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

const LONG_MS = 400; // a warm model answers before

/** Whether the first answer to a draft takes long, as it does while the model is being loaded. */
export function useIsWaitingLong({ draft }: Editor): boolean {
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = (): void => {
      const isWaiting = awaitsFirstAnswer(draft.state.get());
      if (isWaiting && timer === undefined) timer = setTimeout(() => setIsLong(true), LONG_MS);
      if (isWaiting) return;
      clearTimeout(timer);
      timer = undefined;
      setIsLong(false);
    };
    read();
    const unsubscribe = draft.state.subscribe(read);
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [draft]);
  return isLong;
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

function awaitsFirstAnswer(state: DraftState | null): boolean {
  return state?.isDecoding === true && state.hypotheses.length === 0;
}

function hasAnswer(state: DraftState | null): boolean {
  return (state?.hypotheses.length ?? 0) > 0;
}
