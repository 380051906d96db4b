import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { ExportChoice, ExportFormat } from "./types";

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

/** The formats of masks, with what each of them cannot hold of some splits of the version. */
export const exportOffersQuery = (version_id: string, split: readonly string[]) =>
  queryOptions({
    queryKey: ["export-offers", version_id, ...split],
    queryFn: () =>
      read(
        client.GET("/api/versions/{version_id}/formats", {
          params: { path: { version_id }, query: { split: [...split] } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY, // of what never changes
    placeholderData: keepPreviousData, // while another split is ticked
  });

export function startExport(version_id: string, format: ExportFormat, choice: ExportChoice = {}) {
  return read(
    client.POST("/api/versions/{version_id}/exports", {
      params: { path: { version_id } },
      body: { id: crypto.randomUUID(), format, images: false, ...choice },
    }),
  );
}

/** The page's own address of a version's manifest; the server redirects to the object store. */
export const manifestUrl = (version: string): string => `/api/versions/${version}/manifest`;
