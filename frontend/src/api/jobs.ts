import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { Job } from "./types";

const at = (id: number) => ({ params: { path: { id } } });

export const jobsQuery = (project: number) =>
  queryOptions({
    queryKey: ["jobs", project],
    queryFn: () => read<Job[]>(client.GET("/api/projects/{id}/jobs", at(project))),
  });

export function cancelJob(id: number): Promise<Job> {
  return read(client.POST("/api/jobs/{id}/cancel", at(id)));
}

export function retryJob(id: number): Promise<Job> {
  return read(client.POST("/api/jobs/{id}/retry", at(id)));
}

/** Embeds and proposes on every image that needs it. */
export function prepareImages(project: number): Promise<Job> {
  return read(client.POST("/api/projects/{id}/prepare", at(project)));
}
