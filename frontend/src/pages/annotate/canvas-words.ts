/** What is pointed at and what is selected on the canvas, in words. */

import { formatCount, plural } from "@/components/format";
import type { Editor } from "@/editor/editor";
import { type ImagePoint, isInside } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import { rowOf } from "@/editor/picking";
import type { LabelChoice } from "./label-choice";

/** The pixel under the pointer and the area of the mask in hand; nothing beside the image. */
export function placeInWords(editor: Editor, at: ImagePoint | null): string {
  if (at === null || !isInside(at, editor.size_hw)) return "";
  const place = `x ${Math.floor(at.x)}, y ${Math.floor(at.y)}`;
  const mask = editor.inHand(null)?.mask;
  return mask === undefined ? place : `${place} · ${formatCount(mask.area_px)} px`;
}

/** What a screen reader says of the selection; nothing when there is none. */
export function selectionInWords(editor: Editor, labels: readonly LabelChoice[]): string {
  const selection = editor.selection.get();
  const row = rowOf(editor.annotations.get(), selection);
  if (row === null) return "";
  const others = editor.alsoSelected.get().size;
  if (others > 0) return `${others + 1} masks selected`;
  const label = labels.find(({ id }) => id === row.label)?.name ?? "no label";
  const kind = selection?.kind === "proposal" ? "Proposal" : "Mask";
  return `${kind} selected: ${label}, ${plural(maskFromRLE(row.rle).area_px, "pixel")}`;
}
