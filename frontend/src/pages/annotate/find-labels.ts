/** Finding a label by what somebody types of its name. */

import { plain, scoreOf } from "@/commands/match";

/** The labels that a query means, the best first and otherwise in their order; none for nothing. */
export function findLabels<T extends { readonly name: string }>(
  labels: readonly T[],
  query: string,
): T[] {
  const wanted = plain(query).trim();
  if (wanted === "") return [];
  return labels
    .map((label) => ({ label, score: scoreOf({ title: label.name, group: "" }, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ label }) => label);
}
