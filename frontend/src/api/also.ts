import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";

const project = (project_id: number) => ({ params: { path: { project_id } } });

/** Other projects that rounds must not forget, and those that could be named. For managers. */
export const alsoQuery = (id: number) =>
  queryOptions({
    queryKey: ["also", id],
    queryFn: () => read(client.GET("/api/projects/{project_id}/also", project(id))),
  });

/** Names all that rounds must not forget. */
export function setAlso(id: number, projects: number[]) {
  const body = { projects };
  return read(client.PUT("/api/projects/{project_id}/also", { ...project(id), body }));
}
