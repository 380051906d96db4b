import { type RefObject, useLayoutEffect } from "react";
import { keepView, restoreView } from "@/editor/kept-views";
import type { Stage } from "@/editor/render/stage";
import type { OpenImage } from "./open-image";

/** Look at an image as it was left in this tab. */
export function useReturn(image: OpenImage, staged: RefObject<{ stage: Stage } | null>): void {
  useLayoutEffect(() => {
    const stage = staged.current?.stage;
    if (stage === undefined) return;
    const { editor } = image;
    const { id } = image.detail.get();
    restoreView(id, editor, stage, sessionStorage);
    const keep = (): void => keepView(id, editor, stage, sessionStorage);
    addEventListener("pagehide", keep);
    return () => {
      removeEventListener("pagehide", keep);
      keep();
    };
  }, [image, staged]);
}
