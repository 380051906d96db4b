import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { NewGroups } from "./types";

const path = (project_id: number) => ({ project_id });
const keyOf = (project_id: number) => ["image-groups", project_id];

/** How many groups a project's images have, and the first that have `search` in their names. */
export const imageGroupsQuery = (id: number, search: string) =>
  queryOptions({
    queryKey: [...keyOf(id), search],
    queryFn: () =>
      read(
        client.GET("/api/projects/{project_id}/image-groups", {
          params: { path: path(id), query: { search } },
        }),
      ),
    placeholderData: keepPreviousData, // while another name is typed
  });

export const everyImageGroup = (id: number) => ({ queryKey: keyOf(id) });

/** Gives groups to images that are there, or with `dry_run` tells what that would do. */
export function giveGroups(id: number, body: NewGroups) {
  const params = { path: path(id) };
  return read(client.POST("/api/projects/{project_id}/image-groups", { params, body }));
}
