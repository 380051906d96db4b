import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";

const mask = (mask_id: string) => ({ params: { path: { mask_id } } });

/** Who said something of a mask, the newest first; `text` is what is known of it so far. */
export const maskCaptionsQuery = (id: string, text: string) =>
  queryOptions({
    queryKey: ["mask-captions", id, text],
    queryFn: () => read(client.GET("/api/masks/{mask_id}/captions", mask(id))),
    staleTime: Number.POSITIVE_INFINITY,
  });
