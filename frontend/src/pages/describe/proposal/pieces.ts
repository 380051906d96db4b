/** A proposed text as its card shows it: words that name masks apart from all others. */

import type { OfferedPhrase } from "@/api/types";

export interface Piece {
  /** The place of its first word. */
  at: number;
  text: string;
  /** The masks that bear its name; none for other words. */
  masks: readonly string[];
}

/** The text in order, without a word lost: phrases with masks, and what is between them. */
export function piecesOf(text: string, phrases: readonly OfferedPhrase[]): Piece[] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const linked = phrases.filter(({ masks, end }) => masks.length > 0 && end <= words.length);
  const pieces: Piece[] = [];
  let at = 0;
  const add = (end: number, masks: readonly string[]) => {
    if (end > at) pieces.push({ at, text: words.slice(at, end).join(" "), masks });
    at = Math.max(at, end);
  };
  for (const { first, end, masks } of linked.toSorted((a, b) => a.first - b.first)) {
    if (first < at) continue;
    add(first, []);
    add(end, masks);
  }
  add(words.length, []);
  return pieces;
}
