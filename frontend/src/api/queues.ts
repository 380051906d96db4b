/** How much waits in the queues of a project. */

import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";

/** What this person could do now: proposals to verify, images to do something with. */
export const queueCountsQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["queues", project_id],
    queryFn: () =>
      read(client.GET("/api/projects/{project_id}/queues", { params: { path: { project_id } } })),
  });
