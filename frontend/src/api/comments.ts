/** Comments on an image, and what changed on it around a review. */

import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { components } from "./schema";

export type Comment = components["schemas"]["Comment"];
export type CommentInput = components["schemas"]["CommentInput"];
export type Change = components["schemas"]["Change"];
export type ReviewNotes = components["schemas"]["ReviewNotes"];

const comment = (comment_id: string) => ({ params: { path: { comment_id } } });

export const reviewNotesQuery = (image_id: number) =>
  queryOptions({
    queryKey: ["review-notes", image_id],
    queryFn: () =>
      read(client.GET("/api/images/{image_id}/comments", { params: { path: { image_id } } })),
  });

/** Sending the same id again is harmless. */
export function addComment(image_id: number, body: CommentInput): Promise<Comment> {
  return read(
    client.POST("/api/images/{image_id}/comments", { params: { path: { image_id } }, body }),
  );
}

export function resolveComment(id: string): Promise<Comment> {
  return read(client.POST("/api/comments/{comment_id}/resolve", comment(id)));
}

export function reopenComment(id: string): Promise<Comment> {
  return read(client.POST("/api/comments/{comment_id}/reopen", comment(id)));
}

export async function withdrawComment(id: string): Promise<void> {
  await read(client.DELETE("/api/comments/{comment_id}", comment(id)));
}
