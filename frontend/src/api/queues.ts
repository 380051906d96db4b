/** The queues of a project: verify, complete and correct, where its plan has them, and review. */

import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";

const QUEUES = ["verify", "complete", "correct", "review"] as const;
export type Queue = (typeof QUEUES)[number];

/** The queues whose images are worked on in the editor. */
export type ImageQueue = Exclude<Queue, "verify">;

export function isImageQueue(value: unknown): value is ImageQueue {
  return value !== "verify" && QUEUES.some((queue) => queue === value);
}

/** What this person could do now: proposals to verify, images to do something with. */
export const queueCountsQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["queues", project_id],
    queryFn: () =>
      read(client.GET("/api/projects/{project_id}/queues", { params: { path: { project_id } } })),
  });
