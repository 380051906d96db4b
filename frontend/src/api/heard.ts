/** What was heard so far of a take that is being spoken; live events write it. */

import { queryOptions } from "@tanstack/react-query";

export interface HeardText {
  /** Stays as it is. */
  settled: string;
  /** May change with the next words. */
  open: string;
}

export const heardQuery = (recording: string) =>
  queryOptions({
    queryKey: ["heard", recording],
    queryFn: (): HeardText => ({ settled: "", open: "" }),
    staleTime: Number.POSITIVE_INFINITY,
  });
