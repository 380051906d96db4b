/** Where two people differ who did the same image. */

import { queryOptions } from "@tanstack/react-query";
import type { Pair } from "@/editor/conflicts";
import { client, read } from "./client";
import type { components } from "./schema";

export type Person = components["schemas"]["Person"];

export interface Conflicts {
  readonly people: readonly Person[];
  readonly pairs: readonly Pair[];
}

/** It stays as it is: what a reviewer decides changes no pair. */
export const conflictsQuery = (image_id: number) =>
  queryOptions({
    queryKey: ["conflicts", image_id],
    queryFn: async () => {
      const params = { path: { image_id } };
      return (await read(client.GET("/api/images/{image_id}/conflicts", { params }))) as Conflicts;
    },
  });
