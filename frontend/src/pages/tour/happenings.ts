/** What a person does on an image, told as it happens. */

import { openWindow } from "@/commands/windows";
import type { Editor } from "@/editor/editor";
import type { View } from "@/editor/geometry";
import type { Operation } from "@/editor/operations";
import type { Stage } from "@/editor/render/stage";
import type { AnnotationStore } from "@/editor/store";
import type { Happening } from "./tour";

type Tell = (what: Happening) => void;

/** Tell of changes to the masks. Returns the call that ends it. */
export function listenToStore(store: AnnotationStore, tell: Tell): () => void {
  let toRedo = store.history.redo.length;
  return store.subscribe(({ origin, operations }) => {
    const before = toRedo;
    toRedo = store.history.redo.length;
    if (origin !== "local") return;
    if (toRedo > before) tell("undo");
    else for (const operation of operations) tellOf(operation, tell);
  });
}

function tellOf(operation: Operation, tell: Tell): void {
  if (operation.kind === "verdict" && operation.verdict === "accepted") tell("accept");
  const hasPrompts = (operation.effort?.prompts.length ?? 0) > 0;
  if (operation.kind === "create") tell(hasPrompts ? "click" : "draw");
  if (operation.kind !== "revise") return;
  if (operation.rle !== undefined) tell("correct");
  if (operation.label !== undefined && operation.label !== null) tell("name");
}

/** Tell of masks that are taken in hand. Returns the call that ends it. */
export function listenToSelection(selection: Editor["selection"], tell: Tell): () => void {
  return selection.subscribe(() => {
    if (selection.get()?.kind === "mask") tell("select");
  });
}

/** Tell of moves of the view; those that a window of another size makes are none. */
export function listenToView(
  stage: Pick<Stage, "view" | "size" | "fitted">,
  tell: Tell,
): () => void {
  const { view, size } = stage;
  let [before, room] = [view.get(), size.get()];
  return view.subscribe(() => {
    const [last, now, isResized] = [before, view.get(), room !== size.get()];
    [before, room] = [now, size.get()];
    const what = isResized ? null : moveOf(last, now, stage.fitted());
    if (what !== null) tell(what);
  });
}

export function moveOf(last: View, now: View, fitted: View): Happening | null {
  const isSame = (a: View, b: View): boolean => a.scale === b.scale && a.x === b.x && a.y === b.y;
  if (isSame(now, fitted)) return "fit";
  if (last.scale !== now.scale) return "zoom";
  return isSame(last, now) ? null : "pan";
}

/** Tells a command that was chosen in the palette, which closes first, from one by its key. */
export function watchPalette(): { watch(): () => void; wasJustOpen(): boolean } {
  let isJustClosed = false;
  const watch = (): (() => void) => {
    let last = openWindow.get();
    return openWindow.subscribe(() => {
      isJustClosed = last === "palette";
      last = openWindow.get();
      queueMicrotask(() => {
        isJustClosed = false;
      });
    });
  };
  return { watch, wasJustOpen: () => isJustClosed };
}
