import { type RefObject, useLayoutEffect } from "react";
import type { Editor } from "@/editor/editor";
import { isOnStage, viewOfBox } from "@/editor/geometry";
import { keepView, restoreView } from "@/editor/kept-views";
import { maskFromRLE } from "@/editor/mask";
import { rowOf } from "@/editor/picking";
import type { Stage } from "@/editor/render/stage";
import { namedMask, nameSelection, takeBox } from "./address";
import type { OpenImage } from "./open-image";
import { revealIn } from "./view-commands";

/** Look at an image as it was left in this tab, or as its address says; the address says it on. */
export function useReturn(image: OpenImage, staged: RefObject<{ stage: Stage } | null>): void {
  useLayoutEffect(() => {
    const stage = staged.current?.stage;
    if (stage === undefined) return;
    const { editor } = image;
    const { id } = image.detail.get();
    const isKept = restoreView(id, editor, stage, sessionStorage);
    const mask = namedMask();
    if (mask !== null) select(mask, editor, stage, isKept);
    const box = takeBox();
    if (box !== null) stage.setView(viewOfBox(stage.size.get(), box));
    const stopNaming = nameSelection(id, editor);
    const keep = (): void => keepView(id, editor, stage, sessionStorage);
    addEventListener("pagehide", keep);
    return () => {
      removeEventListener("pagehide", keep);
      stopNaming();
      keep();
    };
  }, [image, staged]);
}

/** One's own place on the image stays, if the mask is to be seen there. */
function select(id: string, editor: Editor, stage: Stage, isKept: boolean): void {
  const ref = { kind: "mask", id } as const;
  const row = rowOf(editor.annotations.get(), ref);
  if (row === null) return;
  editor.selection.set(ref);
  const { box } = maskFromRLE(row.rle);
  const isSeen = box !== null && isOnStage(stage.view.get(), stage.size.get(), box);
  if (!isKept || !isSeen) revealIn(stage, editor, id);
}
