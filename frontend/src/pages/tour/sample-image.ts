/** The tour's image, open for work: the real editor, and nothing is sent or kept anywhere. */

import type { DecodePrompts } from "@/editor/draft";
import { Editor } from "@/editor/editor";
import { EffortMeter } from "@/editor/effort";
import { schedule } from "@/editor/schedule";
import { Signal } from "@/editor/signal";
import { AnnotationStore } from "@/editor/store";
import type { ImageDetail } from "@/pages/annotate/api";
import type { LabelChoice } from "@/pages/annotate/label-choice";
import type { ImageInView } from "@/pages/annotate/open-image";
import { answerTo, SIZE_HW, sampleAnnotations } from "./sample";

export const LABELS: readonly LabelChoice[] = [
  { id: 1, name: "disc", color: "#1f77b4" },
  { id: 2, name: "something else", color: "#ff8787" },
];

const BRUSH_PX = 20; // its radius: the shadow takes a stroke or two

const NO_HISTORY = "The history of a mask comes from the server: the tour has none.";
const NO_COMMENTS = "Comments are written to others: the tour has none.";

export function openSample(bitmap: ImageBitmap): ImageInView {
  const editor = new Editor({
    size_hw: SIZE_HW,
    store: new AnnotationStore(sampleAnnotations(), "you"),
    meter: new EffortMeter(() => performance.now() / 1000),
    decode: (...asked: Parameters<DecodePrompts>) => answerTo(...asked),
    schedule,
    save: () => undefined,
    onError: (error) => editor.notice.set(error instanceof Error ? error.message : String(error)),
  });
  // What only a server could show is refused in words, not in silence.
  editor.view.historyOf.subscribe(() => refuse(editor, editor.view.historyOf, NO_HISTORY));
  editor.commenting.subscribe(() => refuse(editor, editor.commenting, NO_COMMENTS));
  editor.setBrush(BRUSH_PX);
  return { bitmap, editor, detail: new Signal(DETAIL) };
}

function refuse<T>(editor: Editor, asked: Signal<T | null>, why: string): void {
  if (asked.get() === null) return;
  asked.set(null);
  editor.notice.set(why);
}

const DETAIL: ImageDetail = {
  ...{ id: 0, project: 0, file_name: "Sample image", height: SIZE_HW[0], width: SIZE_HW[1] },
  ...{
    version: 0,
    stamp: "",
    status: "todo",
    review_comment: "",
    open_comments: 0,
    has_takes: false,
  },
  ...{ is_holdout: false, group: "", is_looked_at: true },
  ...{ slot: 0, people: 1, display_url: "", embedding: null, bundle: null, assignment: null },
  ...{ masks: [], proposals: [], labels: [] },
};
