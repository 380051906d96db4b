/**
 * What a person has begun on an image and not ended, for the page after a crash: a draft's prompts,
 * the corners of a polygon that is not closed, and what is written and not sent. No operation of it is
 * made yet.
 */

import { type CommentPlace, placeNow } from "@/editor/comment-place";
import type { DraftState, KeptDraft } from "@/editor/draft";
import type { Editor } from "@/editor/editor";
import { logitsOfMask } from "@/editor/frame";
import { maskFromRLE } from "@/editor/mask";
import { type ObjectRef, rowOf } from "@/editor/picking";
import type { Schedule } from "@/editor/schedule";
import type { OpenLine } from "@/editor/tools/tool";
import type { SpokenCaption, UnsentAnswer, UnsentComment } from "@/editor/unsent";

export interface Unfinished {
  readonly draft: KeptDraft | null;
  readonly line: OpenLine | null;
  readonly selection: ObjectRef | null; // what the line changes once it is closed
  readonly comment: KeptComment | null;
  readonly answers?: readonly UnsentAnswer[]; // absent where an older page kept it
  readonly captions?: Readonly<Record<string, string>>; // of masks; absent as well
  readonly spoken?: Readonly<Record<string, SpokenCaption>>; // by mask; absent as well
  readonly message: string; // of a return
}

/** Where an older page kept it without a place, its field was closed. */
interface KeptComment extends Omit<UnsentComment, "place"> {
  readonly place: CommentPlace | null;
  readonly isClosed?: boolean; // its field
}

const REST_MS = 100; // so long after a gesture, the decoder and the screen come first

/** Go on with what an earlier page left. What it was about may be gone: then it is, too. */
export function restoreUnfinished(editor: Editor, unfinished: Unfinished): void {
  const { draft, line, selection } = unfinished;
  if (rowOf(editor.annotations.get(), selection) !== null) editor.selection.set(selection);
  if (draft !== null) restoreDraft(editor, draft);
  if (line !== null) {
    editor.takeTool("polygon");
    editor.tool.get().takeUp?.(line);
  }
  restoreWriting(editor, unfinished);
}

function restoreDraft(editor: Editor, kept: KeptDraft): void {
  const ref = kept.target.kind === "new" ? null : kept.target;
  const row = rowOf(editor.annotations.get(), ref);
  if (ref !== null && row === null) return;
  void editor.draft.restore(kept, row === null ? null : logitsOfMask(maskFromRLE(row.rle)));
}

/** Where this page has a text of its own by now, that stays. */
function restoreWriting(editor: Editor, unfinished: Unfinished): void {
  const { comment, answers = [], captions = {}, spoken = {}, message } = unfinished;
  const { unsent, commenting, annotations } = editor;
  if (unsent.message.get() === "") unsent.message.set(message);
  if (unsent.answers.get().length === 0) unsent.answers.set(answers);
  unsent.captions.set({ ...captions, ...unsent.captions.get() });
  unsent.spoken.set({ ...spoken, ...unsent.spoken.get() });
  if (comment === null || unsent.comment.get() !== null || commenting.get() !== null) return;
  const { place, isClosed = place === null, ...written } = comment;
  const now = placeNow(place ?? { kind: "image" }, annotations.get());
  unsent.comment.set({ ...written, place: now });
  if (!isClosed) commenting.set(now);
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
  const { draft, openLine, selection, unsent, commenting } = editor;
  const { comment, answers, captions, spoken, message } = unsent;
  const begins = [
    ...[draft.state, openLine, selection, comment, commenting],
    ...[answers, captions, spoken, message],
  ];
  const stops = begins.map((each) => each.subscribe(keepAtRest));
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
  const written = editor.unsent.comment.get();
  const answers = editor.unsent.answers.get();
  const captions = editor.unsent.captions.get();
  const spoken = editor.unsent.spoken.get();
  const message = editor.unsent.message.get();
  const field = editor.commenting.get();
  const isSaid = [answers, captions, spoken].some((each) => Object.keys(each).length > 0);
  const isWritten = written !== null || isSaid || message !== "";
  if (state === null && line === null && !isWritten) return null;
  return {
    ...{ draft: state && keptOf(state), line, selection: editor.selection.get() },
    comment: written && { ...written, place: field ?? written.place, isClosed: field === null },
    ...{ answers, captions, spoken, message },
  };
}

const keptOf = ({ target, prompts, taken }: DraftState): KeptDraft => ({ target, prompts, taken });

/** Between the clicks of a polygon there is a line, and no gesture. */
const isInGesture = ({ tool, openLine }: Editor): boolean =>
  tool.get().isBusy && openLine.get() === null;
