/** What is said of one mask: saved as its other changes are, and one step of undo. */

import type { Editor } from "@/editor/editor";

/**
 * Keep what is written of a mask, if that is another text than it has; empty takes it away. Where it
 * was begun with what was said in a take, it names that.
 */
export function captionMask(editor: Editor, mask: string): void {
  const written = editor.unsent.captions.get()[mask];
  const row = editor.annotations.get().masks.get(mask);
  if (written === undefined || row === undefined) return;
  const text = written.trim();
  const spoken = editor.unsent.spoken.get()[mask];
  const take = spoken?.kind === "heard" ? { recording: spoken.recording } : {};
  if (text !== row.caption) {
    if (!editor.mayChange({ kind: "mask", id: mask })) return; // it stays written
    editor.meter.during("caption", () =>
      editor.commit([{ kind: "caption", mask, text, ...take, effort: editor.meter.take() }]),
    );
  }
  editor.unsent.writeCaption(mask, null);
}
