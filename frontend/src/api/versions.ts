import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { Export, Version } from "./types";

export const versionsQuery = (project: number) =>
  queryOptions({
    queryKey: ["versions", project],
    queryFn: () =>
      read<Version[]>(
        client.GET("/api/projects/{id}/versions", { params: { path: { id: project } } }),
      ),
  });

export function cutVersion(project: number, note: string): Promise<Version> {
  return read(
    client.POST("/api/projects/{id}/versions", {
      params: { path: { id: project } },
      body: { note },
    }),
  );
}

export function startExport(version: string): Promise<Export> {
  const body = { id: crypto.randomUUID(), format: "coco" };
  return read(
    client.POST("/api/versions/{id}/exports", { params: { path: { id: version } }, body }),
  );
}

export const exportQuery = (id: string) =>
  queryOptions({
    queryKey: ["export", id],
    queryFn: () => read<Export>(client.GET("/api/exports/{id}", { params: { path: { id } } })),
  });

/** The page's own address of a version's manifest; the server redirects to the object store. */
export const manifestUrl = (version: string): string => `/api/versions/${version}/manifest`;
