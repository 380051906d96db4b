/** What was said of which mask. */

import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { components } from "./schema";

export type Grounding = components["schemas"]["Grounding"];
export type Phrase = components["schemas"]["Phrase"];
export type Contradiction = components["schemas"]["Contradiction"];
export type LinkKind = components["schemas"]["PhraseLink"]["kind"];

export const groundingQuery = (image_id: number) =>
  queryOptions({
    queryKey: ["grounding", image_id],
    queryFn: () =>
      read(client.GET("/api/images/{image_id}/grounding", { params: { path: { image_id } } })),
  });

export interface Decision {
  phrase: number;
  kind: LinkKind;
  /** Those that are confirmed; none otherwise. */
  masks: string[];
}

/** Says which masks a phrase speaks of, or that it speaks of none. */
export function decideLink({ phrase, kind, masks }: Decision) {
  return read(
    client.POST("/api/phrases/{phrase_id}/links", {
      params: { path: { phrase_id: phrase } },
      body: { id: crypto.randomUUID(), kind, masks },
    }),
  );
}
