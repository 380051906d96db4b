import { useEffect } from "react";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import { takeWords } from "@/editor/spoken-captions";
import { tellCutOff } from "@/pages/describe/sending";
import { wordsOf } from "@/recorder/hearing";
import { resume } from "@/recorder/service";
import { looking } from "./looking";

const ELSEWHERE = "What you said of another mask was heard. Select it to keep that.";

/** Has the words of takes about masks written where they are awaited; `live` is still being spoken. */
export function useHearing(editor: Editor, live: string | null): void {
  const spoken = useSignal(editor.unsent.spoken);
  const awaited = Object.entries(spoken)
    .filter(([, { kind, recording }]) => kind === "awaited" && recording !== live)
    .map(([mask, { recording }]) => `${mask} ${recording}`)
    .join("\n");

  useEffect(() => {
    if (awaited === "") return;
    const stop = new AbortController();
    // An earlier page may have died in mid-take, or before all of it was sent.
    void resume().then((takes) => takes.forEach(tellCutOff));
    for (const each of awaited.split("\n")) {
      const [mask = "", recording = ""] = each.split(" ");
      void hear(editor, mask, recording, stop.signal);
    }
    return () => stop.abort();
  }, [editor, awaited]);
}

async function hear(
  editor: Editor,
  mask: string,
  recording: string,
  signal: AbortSignal,
): Promise<void> {
  const outcome = await wordsOf(recording, looking, signal);
  if (outcome === null) return;
  takeWords(editor.unsent, mask, recording, outcome);
  const isInSight = editor.selection.get()?.id === mask;
  if (!isInSight && outcome.kind === "words") editor.notice.set(ELSEWHERE);
}
