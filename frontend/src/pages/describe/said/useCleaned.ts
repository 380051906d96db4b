import { useQueries } from "@tanstack/react-query";
import { cleanCaption } from "@/api/descriptions";
import type { Said } from "@/api/types";
import { keyOf } from "./said";

/** What one said oneself in takes, without fillers and false starts, by the keys of the parts. */
export function useCleaned(said: readonly Said[], me: string): ReadonlyMap<string, string> {
  const spoken = said.filter(({ author, transcript }) => author === me && transcript !== null);
  return useQueries({
    queries: spoken.map(({ transcript, text }) => ({
      queryKey: ["clean-caption", transcript],
      queryFn: () => cleanCaption(text),
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: (answers) =>
      new Map(
        spoken.flatMap((each, index) => {
          const text = answers[index]?.data?.text;
          return text ? [[keyOf(each), text] as const] : [];
        }),
      ),
  });
}
