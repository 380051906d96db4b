import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { ExportFormat } from "./types";

const project = (project_id: number) => ({ params: { path: { project_id } } });

export const versionsQuery = (id: number) =>
  queryOptions({
    queryKey: ["versions", id],
    queryFn: () => read(client.GET("/api/projects/{project_id}/versions", project(id))),
  });

export function cutVersion(id: number, note: string) {
  const body = { note };
  return read(client.POST("/api/projects/{project_id}/versions", { ...project(id), body }));
}

export function startExport(version_id: string, format: ExportFormat) {
  return read(
    client.POST("/api/versions/{version_id}/exports", {
      params: { path: { version_id } },
      body: { id: crypto.randomUUID(), format },
    }),
  );
}

/** The page's own address of a version's manifest; the server redirects to the object store. */
export const manifestUrl = (version: string): string => `/api/versions/${version}/manifest`;
