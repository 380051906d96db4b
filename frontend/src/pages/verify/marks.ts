/** Which crops of a grid are wrong, and what becomes of all of them. */

import type { Decision, VerifyItem } from "./verdict-operations";

export type Mark = "rejected" | "needs_work";

/** A click: wrong; another: it needs work; a third: right after all. */
export function nextMark(marks: ReadonlyMap<string, Mark>, id: string): Map<string, Mark> {
  const next = new Map(marks);
  const mark = marks.get(id);
  if (mark === undefined) next.set(id, "rejected");
  else if (mark === "rejected") next.set(id, "needs_work");
  else next.delete(id);
  return next;
}

/** Accept what is not marked. */
export function decisionsOf(
  items: readonly VerifyItem[],
  marks: ReadonlyMap<string, Mark>,
): Decision[] {
  return items.map((item) => ({ item, verdict: marks.get(item.proposal.id) ?? "accepted" }));
}
