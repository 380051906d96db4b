import { infiniteQueryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { UploadRow } from "./types";

export const uploadsQuery = (project_id: number) =>
  infiniteQueryOptions({
    queryKey: ["uploads", project_id],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor }) => {
      const askedAt = Date.now(); // whatever the server had by then is on the page, if it is new
      const params = { path: { project_id }, query: { cursor } };
      const page = await read(client.GET("/api/projects/{project_id}/uploads", { params }));
      return { ...page, askedAt };
    },
    getNextPageParam: (page) => page.next,
  });

/** An archive whose images came in, and what may be their annotations did not. */
export function isInPart({ state, image }: Pick<UploadRow, "state" | "image">): boolean {
  return state === "normalised" && image === null;
}

export interface NewUpload {
  id: string;
  file_name: string;
  bytes: number;
  /** The same of all files that are sent together: their images are undone together. */
  batch: string;
  /** What of their images belongs together: "", "folder" or a pattern of names. */
  group_by: string;
}

export function beginUpload(project_id: number, body: NewUpload) {
  const params = { path: { project_id } };
  return read(client.POST("/api/projects/{project_id}/uploads", { params, body }));
}

/** Whether the server has a row of this upload; once it was begun, there is none if it was left out. */
export async function isUploadKnown(project_id: number, upload_id: string): Promise<boolean> {
  const params = { path: { project_id }, query: { id: [upload_id] } };
  const page = await read(client.GET("/api/projects/{project_id}/uploads", { params }));
  return page.results.length > 0;
}

/** The server forgets a file that is on its way; of one that it does not know nothing changes. */
export function cancelUpload(project_id: number, upload_id: string) {
  const params = { path: { project_id, upload_id } };
  return read(client.DELETE("/api/projects/{project_id}/uploads/{upload_id}", { params }));
}

export interface FinishedPart {
  number: number;
  etag: string;
}

export function completeUpload(upload_id: string, parts: FinishedPart[]) {
  const params = { path: { upload_id } };
  return read(client.POST("/api/uploads/{upload_id}/complete", { params, body: { parts } }));
}
