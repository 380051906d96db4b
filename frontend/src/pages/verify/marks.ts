/** Which crops of a grid are wrong, and what becomes of all of them. */

import type { RLE } from "@/editor/rle";
import { coversMost } from "@/pages/annotate/sure";
import type { Decision, VerifyItem } from "./verdict-operations";

export type Mark = "rejected" | "needs_work" | "not_sure";

/** What a person marked, by proposal; null: right after all. */
export type Marks = ReadonlyMap<string, Mark | null>;

/** Most of an image is as likely its background: unless a person says so, it goes to Correct. */
function firstMark({ proposal, image }: VerifyItem): Mark | null {
  const seen = { rle: proposal.rle as RLE };
  return coversMost(seen, [image.height, image.width]) ? "not_sure" : null;
}

/** How a crop stands; null: it will be accepted. */
export function markOf(item: VerifyItem, marks: Marks): Mark | null {
  const own = marks.get(item.proposal.id);
  return own === undefined ? firstMark(item) : own;
}

/** A click: wrong; another: it needs work; a third: as it was. A doubtful one is right at first. */
export function nextMark(item: VerifyItem, marks: Marks): Marks {
  const first = firstMark(item);
  const turns = [...new Set<Mark | null>([first, null, "rejected", "needs_work"])];
  const turn = turns.indexOf(markOf(item, marks)) + 1;
  return new Map(marks).set(item.proposal.id, turns[turn % turns.length] ?? null);
}

/** Accept what is not marked. */
export function decisionsOf(items: readonly VerifyItem[], marks: Marks): Decision[] {
  return items.map((item) => ({ item, verdict: markOf(item, marks) ?? "accepted" }));
}
