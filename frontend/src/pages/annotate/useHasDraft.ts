import { useEffect, useState } from "react";
import type { Editor } from "@/editor/editor";
import { afterPaint } from "@/editor/schedule";

/**
 * Whether there is a draft with an answer, told once that is painted.
 *
 * While the decoder works on a click it needs every core, and nobody looks at the panels then.
 */
export function useHasDraft({ draft }: Editor): boolean {
  const [hasDraft, setHasDraft] = useState(() => hasAnswer(draft));
  useEffect(() => {
    let callOff: () => void = () => undefined;
    const read = (): void => {
      callOff();
      callOff = afterPaint(() => setHasDraft(hasAnswer(draft)));
    };
    read();
    const unsubscribe = draft.state.subscribe(read);
    return () => {
      unsubscribe();
      callOff();
    };
  }, [draft]);
  return hasDraft;
}

function hasAnswer(draft: Editor["draft"]): boolean {
  return (draft.state.get()?.hypotheses.length ?? 0) > 0;
}
