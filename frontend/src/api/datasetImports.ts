import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { DatasetImport, Job } from "./types";

const one = (dataset_import_id: string) => ({ params: { path: { dataset_import_id } } });
export const IMAGES_ALONE = "images";
const WORKING: readonly Job["state"][] = ["queued", "running"];

export const isAtWork = ({ job }: DatasetImport): boolean =>
  job !== null && WORKING.includes(job.state);

/** Images that were dropped in without a dataset are an import of their own. */
export const isOfSentImages = ({ format, bucket }: DatasetImport): boolean =>
  format === IMAGES_ALONE && bucket === "";

export const datasetImportsKey = (project: number) => ["dataset-imports", project];

export const datasetImportsQuery = (project_id: number) =>
  infiniteQueryOptions({
    queryKey: datasetImportsKey(project_id),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/projects/{project_id}/dataset-imports", {
          params: { path: { project_id }, query: { cursor } },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

/** The formats as which a dataset may be read, by their titles. */
export const importFormatsQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["import-formats", project_id],
    queryFn: () =>
      read(
        client.GET("/api/projects/{project_id}/import-formats", {
          params: { path: { project_id } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY, // the server's own
  });

export const importSourcesQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["import-sources", project_id],
    queryFn: () =>
      read(
        client.GET("/api/projects/{project_id}/import-sources", {
          params: { path: { project_id } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY, // the deployment's settings
  });

export const importProblemsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["import-problems", id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/dataset-imports/{dataset_import_id}/problems", {
          params: { path: { dataset_import_id: id }, query: { cursor } },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

/** The page's own address of all problems as a table. */
export const importProblemsUrl = (id: string): string => `/api/dataset-imports/${id}/problems.csv`;

/**
 * Has the browser fetch what was refused as a zip, which the store sends. Where it is not there any
 * more the page says so, and stays.
 */
export async function downloadRefusedRows(id: string): Promise<void> {
  const path = "/api/dataset-imports/{dataset_import_id}/refused";
  const asked = await client.GET(path, { ...one(id), redirect: "manual" });
  if (asked.response.type === "opaqueredirect")
    location.assign(`/api/dataset-imports/${id}/refused`);
  else await read(Promise.resolve(asked));
}

/** `model`: masks with a score are its proposals; empty: they are masks as any other. */
export function startDatasetImport(id: string, finished = false, model = "") {
  const body = { finished, proposals_by: model };
  return read(client.POST("/api/dataset-imports/{dataset_import_id}/start", { ...one(id), body }));
}

export function undoDatasetImport(id: string) {
  return read(client.POST("/api/dataset-imports/{dataset_import_id}/undo", one(id)));
}

export function importImagesAlone(id: string) {
  return read(client.POST("/api/dataset-imports/{dataset_import_id}/images", one(id)));
}

export function discardDatasetImport(id: string) {
  return read(client.DELETE("/api/dataset-imports/{dataset_import_id}", one(id)));
}

export function checkDatasetImport(id: string, format: string) {
  const body = { format };
  return read(client.POST("/api/dataset-imports/{dataset_import_id}/check", { ...one(id), body }));
}

/** Has a folder or a file of a bucket looked at; nothing comes in yet. */
export function importFromBucket(
  project_id: number,
  bucket: string,
  prefix: string,
  group_by: string,
) {
  const body = { id: crypto.randomUUID(), bucket, prefix, group_by };
  const params = { path: { project_id } };
  return read(client.POST("/api/projects/{project_id}/bucket-imports", { params, body }));
}
