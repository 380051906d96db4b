/** The three queues of a project's plan: verify, complete, correct. */

import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";

export const QUEUES = ["verify", "complete", "correct"] as const;
export type Queue = (typeof QUEUES)[number];

/** The queues whose images are worked on in the editor. */
export type ImageQueue = Exclude<Queue, "verify">;

/** What this person could do now: proposals to verify, images to complete and to correct. */
export const queueCountsQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["queues", project_id],
    queryFn: () =>
      read(client.GET("/api/projects/{project_id}/queues", { params: { path: { project_id } } })),
  });
