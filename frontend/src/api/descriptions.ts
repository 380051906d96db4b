import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { Caption, Descriptions, Transcript, Word } from "./types";

export const descriptionsQuery = (image: number) =>
  queryOptions({
    queryKey: ["descriptions", image],
    queryFn: () =>
      read<Descriptions>(
        client.GET("/api/images/{id}/descriptions", { params: { path: { id: image } } }),
      ),
  });

export interface Correction {
  id: string;
  text: string;
  words: Word[];
  /** Active seconds spent correcting. */
  seconds: number;
}

export function saveTranscript(recording: string, body: Correction): Promise<Transcript> {
  return read(
    client.POST("/api/recordings/{id}/transcripts", { params: { path: { id: recording } }, body }),
  );
}

export interface NewCaption {
  id: string;
  text: string;
  recording?: string;
}

export function saveCaption(image: number, body: NewCaption): Promise<Caption> {
  return read(client.POST("/api/images/{id}/captions", { params: { path: { id: image } }, body }));
}

/** The text without fillers, repetitions and false starts. */
export async function cleanCaption(text: string): Promise<string> {
  const answer = await read<{ text: string }>(
    client.POST("/api/captions/clean", { body: { text } }),
  );
  return answer.text;
}

/** Deletes the voice and the pointer trace; the texts stay. */
export function deleteVoice(recording: string): Promise<unknown> {
  return read(client.DELETE("/api/recordings/{id}", { params: { path: { id: recording } } }));
}
