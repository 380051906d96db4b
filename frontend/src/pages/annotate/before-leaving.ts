/** What must be so before an image is left: nothing half done, nothing missing, all of it saved. */

import { plural } from "@/components/format";
import { incomplete } from "@/editor/attribute-rules";
import { placeNow } from "@/editor/comment-place";
import type { Editor } from "@/editor/editor";
import type { SpokenCaption } from "@/editor/unsent";
import type { OpenImage } from "./open-image";
import { within } from "./within";

const SAVE_PATIENCE_MS = 10_000;
const OFFLINE_PATIENCE_MS = 1_500; // the network may be back already
const NOT_SAVED_YET = "Not yet: some work is only on this device so far. It is being sent.";
export const NOT_SAVED_OFFLINE =
  "Not yet: the server cannot be reached. Your work is kept on this device and sent as soon as it " +
  "answers; try again then.";

const NOT_STORED =
  "Not yet: this device had no room for some of your work, so that only this page has it. It is sent as " +
  "soon as the server answers; keep the page open until then.";

/** Wait until the server has all that was done here; false where it cannot be reached. */
export async function isSaved(open: OpenImage): Promise<boolean> {
  endGestures(open);
  const isOffline = (): boolean => open.status.get().hindrance === "offline";
  const patience_ms = isOffline() ? OFFLINE_PATIENCE_MS : SAVE_PATIENCE_MS;
  open.outbox.resume();
  askForRefused(open); // it stays refused, however long one waits for the rest
  const isInTime = await within(open.outbox.whenSaved(), patience_ms);
  askForRefused(open);
  if (!isInTime && !isOffline()) throw new Error(NOT_SAVED_YET);
  return isInTime;
}

/** Throws where the server will not have some of the work: it goes out of sight with the image. */
export function askForRefused({ status }: Pick<OpenImage, "status">): void {
  const { length } = status.get().refused;
  if (length === 0) return;
  const changes = plural(length, "change");
  throw new Error(
    `Not yet: the server refused ${changes}. Open "${changes} refused" at the top and discard ` +
      `${length === 1 ? "it" : "them"} first.`,
  );
}

/** Wait until the server has it, or throw. */
export async function settle(open: OpenImage): Promise<void> {
  if (!(await isSaved(open))) throw new Error(NOT_SAVED_OFFLINE);
}

/** Throws where this page alone has some of the work: it would be gone with the image. */
export function askForStored({ status }: Pick<OpenImage, "status">): void {
  if (status.get().state === "unprotected") throw new Error(NOT_STORED);
}

/** Throws where something drawn would get lost. */
export function endGestures({ editor }: OpenImage): void {
  editor.tool.get().finish?.(); // a polygon not yet closed is work too
  if (editor.draft.state.get() !== null) {
    throw new Error("A mask is still a draft: accept it or drop it first.");
  }
}

/**
 * Throws where what was said of a mask waits for a person to keep it, or for its words, and selects
 * that mask. Without a network no words come: then the image ends later, see leftovers.ts.
 */
export function askForKept({ editor, status }: Pick<OpenImage, "editor" | "status">): void {
  const isOffline = status.get().hindrance === "offline" || !navigator.onLine;
  const waits = (kind: "heard" | "awaited"): string | undefined =>
    spokenOf(editor).find(([, spoken]) => spoken.kind === kind)?.[0];
  const heard = waits("heard");
  const id = heard ?? (isOffline ? undefined : waits("awaited"));
  if (id === undefined) return;
  editor.selection.set({ kind: "mask", id });
  throw new Error(
    id === heard
      ? "Not finished: keep or drop what was heard of the selected mask."
      : "Not finished: what you said of the selected mask is still being heard. Wait for its words, or drop it.",
  );
}

/** What was said of masks that are there. */
function spokenOf({ annotations, unsent }: Editor): (readonly [string, SpokenCaption])[] {
  const { masks } = annotations.get();
  const said = Object.entries(unsent.spoken.get());
  return said.filter(([mask]) => masks.get(mask)?.isDeleted === false);
}

/** Throws where something is written and not sent, and shows its field where that is closed. */
export function askForSent({ editor }: Pick<OpenImage, "editor">): void {
  const { unsent, commenting, answering, annotations } = editor;
  const comment = unsent.comment.get();
  if (comment?.text.trim()) {
    commenting.set(commenting.get() ?? placeNow(comment.place, annotations.get()));
    throw new Error("Not finished: a comment is written and not sent. Send it or empty its field.");
  }
  const answer = unsent.answers.get().find(({ text }) => text.trim());
  if (answer !== undefined) {
    answering.set(answer.answers);
    throw new Error(
      "Not finished: an answer to a comment is not sent. Send it or empty its field.",
    );
  }
  const { masks } = annotations.get();
  for (const [id, text] of Object.entries(unsent.captions.get())) {
    const mask = masks.get(id);
    if (mask === undefined || mask.isDeleted || text.trim() === mask.caption) continue;
    editor.selection.set({ kind: "mask", id });
    throw new Error("Not finished: what you wrote of the selected mask is not kept yet.");
  }
}

/** Throws where a mask lacks what its label requires, and selects it. */
export function askForAttributes({ editor }: OpenImage): void {
  const { ids, names } = incomplete(editor.annotations.get(), editor.definitions.get());
  const [first] = ids;
  if (first === undefined) return;
  editor.selection.set({ kind: "mask", id: first });
  const others = ids.length > 1 ? ` (${ids.length} masks are incomplete)` : "";
  throw new Error(`Not finished: the selected mask still needs ${names.join(", ")}${others}.`);
}
