import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";

const mask = (mask_id: string) => ({ params: { path: { mask_id } } });

/** What was said last of a mask, and by whom; `text` is what is known of it so far. */
export const maskCaptionQuery = (id: string, text: string) =>
  queryOptions({
    queryKey: ["mask-captions", id, text],
    queryFn: async () =>
      (await read(client.GET("/api/masks/{mask_id}/captions", mask(id)))).results[0] ?? null,
    staleTime: Number.POSITIVE_INFINITY,
  });
