import { infiniteQueryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { Page, UploadPlan, UploadRow, UploadState } from "./types";

export const uploadsQuery = (project: number) =>
  infiniteQueryOptions({
    queryKey: ["uploads", project],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      read<Page<UploadRow>>(
        client.GET("/api/projects/{id}/uploads", {
          params: { path: { id: project }, query: { cursor: pageParam ?? undefined } },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

export interface NewUpload {
  id: string;
  file_name: string;
  bytes: number;
}

export function beginUpload(project: number, body: NewUpload): Promise<UploadPlan> {
  return read(
    client.POST("/api/projects/{id}/uploads", { params: { path: { id: project } }, body }),
  );
}

export interface FinishedPart {
  number: number;
  etag: string;
}

export function completeUpload(
  id: string,
  parts: FinishedPart[],
): Promise<{ id: string; state: UploadState }> {
  return read(
    client.POST("/api/uploads/{id}/complete", { params: { path: { id } }, body: { parts } }),
  );
}
