/** A transcript, shortened by a language model when a person asks for it. */

import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { components } from "./schema";

export type Shortening = components["schemas"]["Shortening"];

const POLL_MS = 1500;
const transcript = (transcript_id: string) => ({ params: { path: { transcript_id } } });

/** Whether a model could shorten it, and what came of that; asked again while one is at it. */
export const shorteningQuery = (id: string) =>
  queryOptions({
    queryKey: ["shortening", id],
    queryFn: () => read(client.GET("/api/transcripts/{transcript_id}/shortening", transcript(id))),
    refetchInterval: ({ state }) => (state.data?.is_running ? POLL_MS : false),
  });

export function shortenTranscript(id: string) {
  return read(client.POST("/api/transcripts/{transcript_id}/shortening", transcript(id)));
}
