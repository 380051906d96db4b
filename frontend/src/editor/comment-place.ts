/** Where a comment is pinned on an image. */

import { type ImagePoint, isInside, type SizeHW } from "@/editor/geometry";
import { contains, type Mask, maskFromRLE } from "@/editor/mask";
import type { Annotations } from "@/editor/operations";
import { type ObjectRef, rowOf } from "@/editor/picking";

export type CommentPlace =
  | { readonly kind: "point"; readonly at: ImagePoint }
  | { readonly kind: "mask"; readonly id: string }
  | { readonly kind: "image" };

/** What a click means: the selected mask if it lies under it, else the point; null outside. */
export function placeAt(
  at: ImagePoint,
  annotations: Annotations,
  selection: ObjectRef | null,
  size_hw: SizeHW,
): CommentPlace | null {
  if (!isInside(at, size_hw)) return null;
  const row = selection?.kind === "mask" ? rowOf(annotations, selection) : null;
  const isOnMask = row !== null && contains(maskFromRLE(row.rle), at);
  return isOnMask ? { kind: "mask", id: row.id } : { kind: "point", at };
}

/** The selected mask, or the whole image where none is. */
export function placeOfSelection(selection: ObjectRef | null): CommentPlace {
  return selection?.kind === "mask" ? { kind: "mask", id: selection.id } : { kind: "image" };
}

/** A point well inside a mask: the middle of its longest column of pixels; null when empty. */
export function spotOfMask({ ends, size_hw: [height], box }: Mask): ImagePoint | null {
  if (box === null) return null;
  let start = 0;
  let length = 0;
  for (let index = 1; index < ends.length; index += 2) {
    const [first, end] = [ends[index - 1] as number, ends[index] as number];
    if (end - first <= length) continue;
    start = first;
    length = end - first;
  }
  const middle = start + Math.floor(length / 2);
  return { x: Math.floor(middle / height) + 0.5, y: (middle % height) + 0.5 };
}
