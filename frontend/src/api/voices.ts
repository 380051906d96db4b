import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { OwnVoices } from "./types";

const WATCH_MS = 1000;

export function isDeleting({ job }: Pick<OwnVoices, "job">): boolean {
  return job !== null && job.finished_at === null;
}

/** The person's own recordings, asked for again and again while they are being deleted. */
export const ownVoicesQuery = queryOptions({
  queryKey: ["own-voices"],
  staleTime: 0, // each take adds to them
  queryFn: () => read(client.GET("/api/session/voices")),
  refetchInterval: ({ state }) => (state.data && isDeleting(state.data) ? WATCH_MS : false),
});

/** Deletes the audio and pointer traces of all takes; the texts stay. */
export function deleteOwnVoices() {
  return read(client.DELETE("/api/session/voices"));
}
