import { useEffect, useRef } from "react";
import type { Project } from "@/api/types";
import { openReturned, returnedWords } from "@/components/returnedWords";
import { showWay } from "@/components/undo";
import type { AnnotateSession } from "./session";

/** Tell who works in the editor that images came back to them, once, with the way to the first. */
export function useReturnedNews(
  { returned }: Project,
  session: AnnotateSession,
  open: (image: number) => void,
): void {
  const known = useRef<readonly number[]>(returned);
  useEffect(() => {
    const news = returned.filter((image) => !known.current.includes(image));
    known.current = returned;
    const here = session.image;
    if (here !== null && news.includes(here.detail.get().id)) {
      here.refresh().catch(() => undefined); // it says why it was returned
    }
    // Who is on the way to an image may be given just that one.
    if (session.isMoving.get() || session.phase.get().kind === "loading") return;
    const others = news.filter((image) => image !== here?.detail.get().id);
    const [first] = others;
    if (first === undefined) return;
    showWay(returnedWords(others.length), openReturned(others.length), () => open(first));
  }, [returned, session, open]);
}
