/** What a page does to the view of its image; nothing while there is no stage. */

import type { Editor } from "@/editor/editor";
import { viewOfBox, zoomAt } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import type { Stage } from "@/editor/render/stage";

export const ZOOM_STEP = 1.25; // by a key or a button

/** The command that takes masks out of sight, under one key wherever they are looked at. */
export const HIDE = { id: "mask.hide", title: "Hide or show", key: "H" };

/** Zoom at the middle of the stage. */
export function zoomBy(stage: Stage | null, factor: number): void {
  if (stage === null) return;
  const { width, height } = stage.size.get();
  const centre = { x: width / 2, y: height / 2 };
  stage.setView(zoomAt(stage.view.get(), centre, factor, stage.fitted()));
}

/** Show a mask or proposal from near. */
export function revealIn(stage: Stage | null, editor: Editor, id: string): void {
  const { masks, proposals } = editor.annotations.get();
  const rle = (masks.get(id) ?? proposals.get(id))?.rle;
  const box = rle === undefined ? null : maskFromRLE(rle).box;
  if (stage !== null && box !== null) stage.setView(viewOfBox(stage.size.get(), box));
}
