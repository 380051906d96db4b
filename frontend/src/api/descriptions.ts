import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { Cut, Mime, NewPart, TracePoint, Word } from "./types";

const image = (image_id: number) => ({ params: { path: { image_id } } });
const recording = (recording_id: string) => ({ params: { path: { recording_id } } });

export const descriptionsQuery = (id: number) =>
  queryOptions({
    queryKey: ["descriptions", id],
    queryFn: () => read(client.GET("/api/images/{image_id}/descriptions", image(id))),
  });

/** What the speaker did over the image; it does not change any more. */
export const traceQuery = (id: string) =>
  queryOptions({
    queryKey: ["trace", id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => read(client.GET("/api/recordings/{recording_id}/trace", recording(id))),
  });

export interface NewTranscript {
  id: string;
  text: string;
  words: Word[];
  /** Active seconds spent correcting. */
  seconds: number;
  /** The text that was corrected; a newer one is a conflict. */
  base: string;
}

export function saveTranscript(id: string, body: NewTranscript) {
  return read(
    client.POST("/api/recordings/{recording_id}/transcripts", { ...recording(id), body }),
  );
}

/** What the corrections of a take cost, up to a certain one of them. */
export const correctionQuery = (id: string, transcript: string) =>
  queryOptions({
    queryKey: ["correction-effort", id, transcript],
    queryFn: () => read(client.GET("/api/recordings/{recording_id}/effort", recording(id))),
  });

export interface NewCaption {
  id: string;
  /** The newest caption that the person saw; another one since is a conflict. */
  base: string | null;
  text: string;
  recording: string | null;
  /** What it began with, untouched or edited. */
  proposal: string | null;
  /** Active, since the image was seen. */
  seconds: number;
  /** A model's, that the person took for a start. */
  shortening?: string | null;
}

export function saveCaption(id: number, body: NewCaption) {
  return read(client.POST("/api/images/{image_id}/captions", { ...image(id), body }));
}

/** Takes one's newest caption back; the proposal that it answered waits again. */
export function withdrawCaption(caption_id: string) {
  return read(
    client.POST("/api/captions/{caption_id}/withdraw", { params: { path: { caption_id } } }),
  );
}

export interface MergedCaption {
  id: string;
  /** Active, since the image was seen. */
  seconds: number;
  /** The newest caption that the person saw; another one since is a conflict. */
  base: string | null;
  parts: NewPart[];
}

/** Saves what several people said as one caption that keeps who said what. */
export function mergeCaption(id: number, body: MergedCaption) {
  return read(client.POST("/api/images/{image_id}/captions/merge", { ...image(id), body }));
}

/** The text without fillers, repetitions and false starts. */
export function cleanCaption(text: string) {
  return read(client.POST("/api/captions/clean", { body: { text } }));
}

/** Longer texts are not compared. */
export const MOST_COMPARED = 5000;

/** What a clean text adds to what was said, and what it drops. */
export const changesQuery = (raw: string, clean: string) =>
  queryOptions({
    queryKey: ["caption-changes", raw, clean],
    queryFn: () => read(client.POST("/api/captions/compare", { body: { raw, clean } })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });

/** A take as the server has it, and its texts so far. */
export function readRecording(id: string) {
  return read(client.GET("/api/recordings/{recording_id}", recording(id)));
}

/** Deletes the voice and the pointer trace; the texts stay. */
export function deleteVoice(id: string) {
  return read(client.DELETE("/api/recordings/{recording_id}", recording(id)));
}

/** Takes a take off the list and out of the dataset; it can be brought back for 30 days. */
export function removeRecording(id: string) {
  return read(client.POST("/api/recordings/{recording_id}/remove", recording(id)));
}

export function restoreRecording(id: string) {
  return read(client.POST("/api/recordings/{recording_id}/restore", recording(id)));
}

/** `mask`: that the take is about; null: the image. */
export function openRecording(id: number, body: { id: string; mime: Mime; mask: string | null }) {
  return read(client.POST("/api/images/{image_id}/recordings", { ...image(id), body }));
}

export function putChunk(id: string, number: number, bytes: ArrayBuffer, sha256: string) {
  return read(
    client.PUT("/api/recordings/{recording_id}/chunks/{number}", {
      params: {
        path: { recording_id: id, number },
        header: { "X-Content-SHA256": sha256 },
      },
      headers: { "Content-Type": "application/octet-stream" },
      body: "",
      bodySerializer: () => bytes,
    }),
  );
}

export interface RecordingEnd {
  chunks: number;
  duration_s: number;
  trace: TracePoint[];
  cuts: Cut[];
}

export function completeRecording(id: string, body: RecordingEnd) {
  return read(client.POST("/api/recordings/{recording_id}/complete", { ...recording(id), body }));
}
