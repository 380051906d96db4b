import type { Export } from "@/api/types";

/** Why a written export cannot be downloaded. */
export function whyNone({ is_closed, is_expired }: Pick<Export, "is_closed" | "is_expired">) {
  if (is_closed) return "Deleted, as somebody in it deleted their voice or withdrew.";
  if (is_expired) return "Expired, as nobody asked for it for a while.";
  return "Only members who may hear the voices of others can download it.";
}

type Told = Pick<Export, "format" | "options" | "is_closed" | "is_expired">;

/** Leaves out what is gone and was asked for again since. The newest come first. */
export function withoutReplaced<T extends Told>(exports: readonly T[]): T[] {
  const asked = new Set<string>();
  return exports.filter(({ format, options, is_closed, is_expired }) => {
    const choice = JSON.stringify([format, options]);
    const isReplaced = asked.has(choice) && (is_closed || is_expired);
    asked.add(choice);
    return !isReplaced;
  });
}
