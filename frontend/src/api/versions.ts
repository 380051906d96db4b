import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import { readAll } from "./pages";
import type { Criteria, ExportChoice, ExportFormat, NewVersion, Split } from "./types";

const project = (project_id: number) => ({ params: { path: { project_id } } });

/** The newest first, page by page. */
export const versionsQuery = (project_id: number) =>
  infiniteQueryOptions({
    queryKey: ["versions", project_id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/projects/{project_id}/versions", {
          params: { path: { project_id }, query: { cursor } },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

/** One version of a project, by how its id begins; under the versions' key, as it changes with them. */
export const versionQuery = (project_id: number, start: string) =>
  queryOptions({
    queryKey: ["versions", project_id, "named", start],
    queryFn: () =>
      read(
        client.GET("/api/versions/{version_id}", {
          params: { path: { version_id: start }, query: { project: project_id } },
        }),
      ),
    retry: false, // an address may name what is not there
  });

/** All exports of a version, the last one asked for first. */
export const exportsQuery = (project_id: number, version_id: string) =>
  infiniteQueryOptions({
    queryKey: ["versions", project_id, "exports", version_id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/versions/{version_id}/exports", {
          params: { path: { version_id }, query: { cursor } },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

/** Ask for a version; a job cuts it. */
export function cutVersion(id: number, body: NewVersion) {
  return read(client.POST("/api/projects/{project_id}/versions", { ...project(id), body }));
}

/**
 * The newest cuts, which are all that is shown: those under way, and those that failed since the last
 * good one. Under the versions' key: what ends there makes a version.
 */
export const versionCutsQuery = (id: number) =>
  queryOptions({
    queryKey: ["versions", id, "cuts"],
    queryFn: async () =>
      (await read(client.GET("/api/projects/{project_id}/version-cuts", project(id)))).results,
  });

/** The saved queries, the newest of each name. */
export const versionQueriesQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["version-queries", project_id],
    queryFn: () =>
      readAll((cursor) =>
        read(
          client.GET("/api/projects/{project_id}/version-queries", {
            params: { path: { project_id }, query: { cursor } },
          }),
        ),
      ),
  });

export function saveVersionQuery(id: number, name: string, criteria: Criteria) {
  const body = { name, criteria };
  return read(client.POST("/api/projects/{project_id}/version-queries", { ...project(id), body }));
}

export function dropVersionQuery(version_query_id: number) {
  return read(
    client.DELETE("/api/version-queries/{version_query_id}", {
      params: { path: { version_query_id } },
    }),
  );
}

/** What a version of these criteria would hold now. */
export const versionLookQuery = (id: number, criteria: Criteria) =>
  queryOptions({
    queryKey: ["version-look", id, criteria],
    queryFn: () =>
      read(
        client.POST("/api/projects/{project_id}/version-look", {
          ...project(id),
          body: { criteria },
        }),
      ),
    placeholderData: keepPreviousData, // while another criterion is typed
  });

/** The formats, with what is to be told of what was chosen in them. */
export const exportOffersQuery = (
  version_id: string,
  { splits = [], labels, images = false }: ExportChoice,
) =>
  queryOptions({
    queryKey: ["export-offers", version_id, images, labels ?? null, ...splits],
    queryFn: () =>
      read(
        client.POST("/api/versions/{version_id}/formats", {
          params: { path: { version_id } },
          body: { splits, images, ...(labels && { labels }) },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY, // of what never changes
    placeholderData: keepPreviousData, // while something else is ticked
  });

/** The labels that a version froze, by the names that an export's choice takes. */
export const versionLabelsQuery = (version_id: string) =>
  queryOptions({
    queryKey: ["version-labels", version_id],
    queryFn: () =>
      read(client.GET("/api/versions/{version_id}/labels", { params: { path: { version_id } } })),
    staleTime: Number.POSITIVE_INFINITY, // of what never changes
  });

/** What was asked for before is not written again: then `wasThere`, and it is that one. */
export async function startExport(
  version_id: string,
  format: ExportFormat,
  choice: ExportChoice = {},
) {
  const id = crypto.randomUUID();
  const begun = await read(
    client.POST("/api/versions/{version_id}/exports", {
      params: { path: { version_id } },
      body: { id, format, images: false, ...choice },
    }),
  );
  return { ...begun, wasThere: begun.id !== id };
}

const pair = (version_id: string, other_id: string) => ({ version_id, other_id });

/** What changed between two versions, neither of which ever does. */
export const diffQuery = (before: string, after: string) =>
  queryOptions({
    queryKey: ["version-diff", before, after],
    queryFn: () =>
      read(
        client.GET("/api/versions/{version_id}/diff/{other_id}", {
          params: { path: pair(before, after) },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The images that changed, with addresses of their pixels, which do not last. */
export const changesQuery = (before: string, after: string) =>
  infiniteQueryOptions({
    queryKey: ["version-diff", before, after, "images"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/versions/{version_id}/diff/{other_id}/images", {
          params: { path: pair(before, after), query: { cursor } },
        }),
      ),
    getNextPageParam: (page) => page.next,
    refetchOnWindowFocus: false, // the changes stay as they are
  });

/** How a version is spread over splits, labels and sizes, which never changes. */
export const distributionsQuery = (version_id: string) =>
  queryOptions({
    queryKey: ["version-distributions", version_id],
    queryFn: () =>
      read(
        client.GET("/api/versions/{version_id}/distributions", {
          params: { path: { version_id } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The images of a version, which never change, with addresses of their pixels, which do not last. */
export const versionPicturesQuery = (version_id: string, split: Split | undefined) =>
  infiniteQueryOptions({
    queryKey: ["version-pictures", version_id, split],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/versions/{version_id}/images", {
          params: { path: { version_id }, query: { cursor, split } },
        }),
      ),
    getNextPageParam: (page) => page.next,
    refetchOnWindowFocus: false,
  });

export function tagVersion(version_id: string, name: string) {
  return read(
    client.POST("/api/versions/{version_id}/tags", {
      params: { path: { version_id } },
      body: { name },
    }),
  );
}

export function untagVersion(version_id: string, tag_name: string) {
  return read(
    client.DELETE("/api/versions/{version_id}/tags/{tag_name}", {
      params: { path: { version_id, tag_name } },
    }),
  );
}

export function noteVersion(version_id: string, note: string) {
  return read(
    client.PUT("/api/versions/{version_id}/note", {
      params: { path: { version_id } },
      body: { note },
    }),
  );
}

/** The versions that hold an image; under theirs: cutting one may have put the image in. */
export const imageVersionsQuery = (project: number, image_id: number) =>
  infiniteQueryOptions({
    queryKey: ["versions", project, "with", image_id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/images/{image_id}/versions", {
          params: { path: { image_id }, query: { cursor } },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

/** The page's own address of a version's manifest; the server redirects to the object store. */
export const manifestUrl = (version: string): string => `/api/versions/${version}/manifest`;
