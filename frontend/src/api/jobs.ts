import { infiniteQueryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import { type Page, rowsOf } from "./pages";
import type { Job } from "./types";

const project = (project_id: number) => ({ params: { path: { project_id } } });
const job = (job_id: number) => ({ params: { path: { job_id } } });

/** The newest first, page by page. */
export const jobsQuery = (project_id: number) =>
  infiniteQueryOptions({
    queryKey: ["jobs", project_id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/projects/{project_id}/jobs", {
          params: { path: { project_id }, query: { cursor } },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

/** Puts news of jobs, the newest first, into the pages that were read; what began since is on top. */
export function withNews(pages: readonly Page<Job>[], news: readonly Job[]): Page<Job>[] {
  const [first = { results: [], next: null }, ...others] = pages;
  const known = new Set(rowsOf({ pages }).map(({ id }) => id));
  const now = new Map(news.map((job) => [job.id, job]));
  const begun = news.filter(({ id }) => !known.has(id));
  return [{ ...first, results: [...begun, ...first.results] }, ...others].map(
    ({ results, next }) => ({ results: results.map((job) => now.get(job.id) ?? job), next }),
  );
}

export function cancelJob(id: number) {
  return read(client.POST("/api/jobs/{job_id}/cancel", job(id)));
}

export function retryJob(id: number) {
  return read(client.POST("/api/jobs/{job_id}/retry", job(id)));
}

/** Embeds and proposes on every image that needs it. */
export function prepareImages(id: number) {
  return read(client.POST("/api/projects/{project_id}/prepare", project(id)));
}
