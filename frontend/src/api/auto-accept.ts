import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";

/** Under the rounds' key: a round that is promoted brings another verifier. */
export const autoAcceptQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["rounds", project_id, "auto-accept"],
    queryFn: () =>
      read(
        client.GET("/api/projects/{project_id}/auto-accept", { params: { path: { project_id } } }),
      ),
  });
