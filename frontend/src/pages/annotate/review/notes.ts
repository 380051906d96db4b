/** Comments and changes of a review, ordered, placed and in words. */

import type { Change, Comment } from "@/api/comments";
import { type CommentPlace, spotOfMask } from "@/editor/comment-place";
import type { Box, ImagePoint, SizeHW } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import type { Annotations, LabelId } from "@/editor/operations";
import { rowOf } from "@/editor/picking";

export interface NumberedComment extends Comment {
  /** From 1, in the order in which they were written: on its pin and in the list. */
  readonly number: number;
  /** Its answers, the oldest first. They have neither number nor pin. */
  readonly below: readonly Comment[];
}

export const isOpen = ({ resolved_at }: Comment): boolean => resolved_at === null;

/** Number the comments, each with what was answered to it. */
export function numbered(said: readonly Comment[]): NumberedComment[] {
  const comments = said.filter(({ answers }) => answers === null);
  return comments.map((comment, index) => ({
    ...{ ...comment, number: index + 1 },
    below: said.filter(({ answers }) => answers === comment.id),
  }));
}

/** One's own, until a verdict has been given with it. */
/** Who said it: of what an import brought, whoever wrote it in the other tool. */
export const sayerOf = ({ author, written_by }: Pick<Comment, "author" | "written_by">): string =>
  written_by || author;

export const mayWithdraw = ({ author, sealed_at }: Comment, me: string | null): boolean =>
  author === me && sealed_at === null;

/** The open comment that follows one in the list; after the last, the first again. */
export function nextOpen(
  comments: readonly NumberedComment[],
  after: string | null,
): NumberedComment | null {
  const from = comments.findIndex(({ id }) => id === after) + 1;
  const around = [...comments.slice(from), ...comments.slice(0, from)];
  return around.find(isOpen) ?? null;
}

export function placeOf({ point_xy, mask }: Comment): CommentPlace {
  if (mask !== null) return { kind: "mask", id: mask };
  if (point_xy === null) return { kind: "image" };
  const [x = 0, y = 0] = point_xy;
  return { kind: "point", at: { x, y } };
}

/** Where a pin stands; null on the whole image, and on a mask of which nothing is known. */
export function spotOf(
  place: CommentPlace,
  annotations: Annotations,
  changes: readonly Change[],
): ImagePoint | null {
  if (place.kind === "image") return null;
  if (place.kind === "point") return place.at;
  const row = rowOf(annotations, { kind: "mask", id: place.id });
  if (row !== null) return spotOfMask(maskFromRLE(row.rle));
  const deleted = changes.find(({ mask }) => mask === place.id);
  if (deleted === undefined) return null;
  const { x0, y0, x1, y1 } = boxOf(deleted);
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
}

/** The part of the image to look at around a point: an eighth to each side. */
export function boxAround({ x, y }: ImagePoint, [height, width]: SizeHW): Box {
  const reach = Math.max(height, width) / 8;
  return { x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach };
}

export function boxOf({ box_xyxy: [x0 = 0, y0 = 0, x1 = 1, y1 = 1] }: Change): Box {
  return { x0, y0, x1, y1 };
}

export function placeWords(place: CommentPlace, annotations: Annotations): string {
  if (place.kind === "point") return "at a place";
  if (place.kind === "image") return "on the whole image";
  const isLive = rowOf(annotations, { kind: "mask", id: place.id }) !== null;
  return isLive ? "on a mask" : "on a deleted mask";
}

const DONE: Record<Change["kind"], string> = {
  added: "Added",
  revised: "Changed",
  deleted: "Deleted",
};

/** "Changed cell": what was done to which mask. */
export function changeTitle({ kind, label }: Change, names: ReadonlyMap<LabelId, string>): string {
  const name = label === null ? "a mask without label" : (names.get(label) ?? "a mask");
  return `${DONE[kind]} ${name}`;
}
