import type { Export } from "@/api/types";

/** Why a written export cannot be downloaded. */
export function whyNone({ is_closed, is_expired }: Pick<Export, "is_closed" | "is_expired">) {
  if (is_closed)
    return "Deleted, as somebody in it deleted their voice or withdrew. Export it again without.";
  if (is_expired) return "Expired, as nobody asked for it for a while. Export it again.";
  return "Only members who may hear the voices of others can download it.";
}
