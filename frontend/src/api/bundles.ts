import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import { readAll } from "./pages";

const bundle = (project_id: number, bundle_id: string) => ({
  params: { path: { project_id, bundle_id } },
});

/**
 * All of them: any two are compared. Under the rounds' key: whatever changes them may have made a
 * bundle, or changed what serves.
 */
export const bundlesQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["rounds", project_id, "bundles"],
    queryFn: () =>
      readAll((cursor) =>
        read(
          client.GET("/api/projects/{project_id}/bundles", {
            params: { path: { project_id }, query: { cursor } },
          }),
        ),
      ),
  });

export const comparisonQuery = (project_id: number, before: string, after: string) =>
  queryOptions({
    queryKey: ["rounds", project_id, "comparison", before, after],
    queryFn: () =>
      read(
        client.GET("/api/projects/{project_id}/comparison", {
          params: { path: { project_id }, query: { before, after } },
        }),
      ),
  });

export function noteBundle(project_id: number, bundle_id: string, text: string) {
  return read(
    client.PUT("/api/projects/{project_id}/bundles/{bundle_id}/note", {
      ...bundle(project_id, bundle_id),
      body: { text },
    }),
  );
}

/** All that was ever said of it. Under the rounds' key, as the newest is. */
export const notesQuery = (project_id: number, bundle_id: string) =>
  queryOptions({
    queryKey: ["rounds", project_id, "notes", bundle_id],
    queryFn: () =>
      readAll((cursor) =>
        read(
          client.GET("/api/projects/{project_id}/bundles/{bundle_id}/notes", {
            params: { path: { project_id, bundle_id }, query: { cursor } },
          }),
        ),
      ),
  });

/** Has it made again by its recipe; while that is under way, the answer is that one. */
export function rebuildBundle(project_id: number, bundle_id: string) {
  return read(
    client.POST(
      "/api/projects/{project_id}/bundles/{bundle_id}/rebuilds",
      bundle(project_id, bundle_id),
    ),
  );
}

/** Makes a bundle serve; refused if another than `serving` serves by now. */
export function promoteBundle(
  project_id: number,
  bundle_id: string,
  body: { serving: string; reason: string },
) {
  return read(
    client.POST("/api/projects/{project_id}/bundles/{bundle_id}/promote", {
      ...bundle(project_id, bundle_id),
      body,
    }),
  );
}
