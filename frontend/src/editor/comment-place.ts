/** Where a comment is pinned on an image. */

import { type ImagePoint, isInside, type SizeHW } from "@/editor/geometry";
import { contains, type Mask, maskFromRLE } from "@/editor/mask";
import type { Annotations } from "@/editor/operations";
import { type ObjectRef, rowOf } from "@/editor/picking";

const LONG = 0.8; // of the longest column of pixels

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

/** Where a place is by now: what was to be said of a mask that is gone is said of the image. */
export function placeNow(place: CommentPlace, annotations: Annotations): CommentPlace {
  const isGone = place.kind === "mask" && rowOf(annotations, place) === null;
  return isGone ? { kind: "image" } : place;
}

/** A point well inside a mask: on a long column of its pixels near its middle; null when empty. */
export function spotOfMask(mask: Mask): ImagePoint | null {
  const { ends, box } = mask;
  if (box === null) return null;
  const height = mask.size_hw[0];
  const middle = (box.x0 + box.x1) / 2;
  const lengthOf = (index: number): number => (ends[index] as number) - (ends[index - 1] as number);
  let longest = 0;
  for (let index = 1; index < ends.length; index += 2) longest = Math.max(longest, lengthOf(index));
  let spot: ImagePoint | null = null;
  for (let index = 1; index < ends.length; index += 2) {
    if (lengthOf(index) < longest * LONG) continue;
    const at = (ends[index - 1] as number) + Math.floor(lengthOf(index) / 2);
    const x = Math.floor(at / height) + 0.5;
    if (spot !== null && Math.abs(x - middle) >= Math.abs(spot.x - middle)) continue;
    spot = { x, y: (at % height) + 0.5 };
  }
  return spot;
}
