/**
 * What a person has begun on an image and not ended, for the page after a crash: a draft's prompts,
 * and the corners of a polygon that is not closed. No operation of it is made yet.
 */

import type { DraftState, KeptDraft } from "@/editor/draft";
import type { Editor } from "@/editor/editor";
import { logitsOfMask } from "@/editor/frame";
import { maskFromRLE } from "@/editor/mask";
import { type ObjectRef, rowOf } from "@/editor/picking";
import type { Schedule } from "@/editor/schedule";
import type { OpenLine } from "@/editor/tools/tool";

export interface Unfinished {
  readonly draft: KeptDraft | null;
  readonly line: OpenLine | null;
  readonly selection: ObjectRef | null; // what the line changes once it is closed
}

const REST_MS = 100; // so long after a gesture, the decoder and the screen come first

/** Go on with what an earlier page left. What it was about may be gone: then it is, too. */
export function restoreUnfinished(editor: Editor, unfinished: Unfinished): void {
  const { draft, line, selection } = unfinished;
  if (rowOf(editor.annotations.get(), selection) !== null) editor.selection.set(selection);
  if (draft !== null) restoreDraft(editor, draft);
  if (line === null) return;
  editor.takeTool("polygon");
  editor.tool.get().takeUp?.(line);
}

function restoreDraft(editor: Editor, kept: KeptDraft): void {
  const ref = kept.target.kind === "new" ? null : kept.target;
  const row = rowOf(editor.annotations.get(), ref);
  if (ref !== null && row === null) return;
  void editor.draft.restore(kept, row === null ? null : logitsOfMask(maskFromRLE(row.rle)));
}

/**
 * Keep from now on what is unfinished once a gesture has ended, never during one. `begun` is what is
 * kept so far; `put` gets null where nothing is left. Returns how to stop, which keeps a last time.
 */
export function keepUnfinished(
  editor: Editor,
  begun: Unfinished | null,
  later: Schedule,
  put: (unfinished: Unfinished | null) => void,
): () => void {
  let kept = JSON.stringify(begun);
  let callOff: () => void = () => undefined;
  const keep = (): void => {
    const now = unfinishedOf(editor);
    const text = JSON.stringify(now);
    if (text === kept) return;
    kept = text;
    put(now);
  };
  const keepAtRest = (): void => {
    callOff();
    callOff = later(() => (isInGesture(editor) ? keepAtRest() : keep()), REST_MS);
  };
  const { draft, openLine, selection } = editor;
  const stops = [draft.state, openLine, selection].map((each) => each.subscribe(keepAtRest));
  keepAtRest(); // not all of what was kept may have come back
  return () => {
    callOff();
    for (const stop of stops) stop();
    keep();
  };
}

function unfinishedOf(editor: Editor): Unfinished | null {
  const state = editor.draft.state.get();
  const line = editor.openLine.get();
  if (state === null && line === null) return null;
  return { draft: state && keptOf(state), line, selection: editor.selection.get() };
}

const keptOf = ({ target, prompts, taken }: DraftState): KeptDraft => ({ target, prompts, taken });

/** Between the clicks of a polygon there is a line, and no gesture. */
const isInGesture = ({ tool, openLine }: Editor): boolean =>
  tool.get().isBusy && openLine.get() === null;
