import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";

const mask = (mask_id: string) => ({ params: { path: { mask_id } } });

/** What is said of a mask, the newest first: that one counts. */
export const maskCaptionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["mask-captions", id],
    queryFn: () => read(client.GET("/api/masks/{mask_id}/captions", mask(id))),
  });

/** Keeps another caption; an empty one takes the caption away. */
export function saveMaskCaption(id: string, body: { id: string; text: string }) {
  return read(client.POST("/api/masks/{mask_id}/captions", { ...mask(id), body }));
}
