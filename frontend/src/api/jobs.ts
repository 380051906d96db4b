import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";

const project = (project_id: number) => ({ params: { path: { project_id } } });
const job = (job_id: number) => ({ params: { path: { job_id } } });

export const jobsQuery = (id: number) =>
  queryOptions({
    queryKey: ["jobs", id],
    queryFn: () => read(client.GET("/api/projects/{project_id}/jobs", project(id))),
  });

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
