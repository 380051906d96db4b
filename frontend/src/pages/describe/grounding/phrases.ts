/** What was said of the masks, in words and lines for the page. */

import type { Contradiction, Grounding, Phrase } from "@/api/grounding";
import type { ImageDetail, Word } from "@/api/types";
import type { Shown } from "./showing";

/** A label that is named and is the only one of its kind is half of the evidence. */
const SURE_FROM = 0.5;

/** Words to each side tell two rows of the same words apart. */
const WORDS_AROUND = 3;

/** How a word of the transcript is lit. */
export type WordState = "confirmed" | "proposed" | "missing";

/** The phrase that a word of a transcript belongs to. */
export function phraseAt(
  { phrases }: Pick<Grounding, "phrases">,
  transcript: string,
  word: number,
): Phrase | null {
  const found = phrases.find(
    (each) => each.transcript === transcript && each.first <= word && word < each.end,
  );
  return found ?? null;
}

export function stateOf(phrase: Phrase): WordState | null {
  if (phrase.masks.length > 0) return phrase.kind === "confirmed" ? "confirmed" : "proposed";
  return phrase.is_question ? "missing" : null;
}

/** Whether the rules had little to go by; nobody has confirmed it either. */
export function isUnsure({ kind, evidence }: Phrase): boolean {
  return kind === "proposed" && (evidence ?? 0) < SURE_FROM;
}

export function shownBy({ id, masks, place_xy }: Phrase): Shown {
  return { masks, place: masks.length === 0 ? (place_xy ?? null) : null, phrase: id };
}

/** The few words of its text before and after a phrase, and when it was said. */
export function around({ first, end }: Phrase, words: readonly Word[]) {
  const text = (from: number, to: number) =>
    words
      .slice(Math.max(0, from), to)
      .map((word) => word.text.trim())
      .join(" ");
  return {
    before: text(first - WORDS_AROUND, first),
    after: text(end, end + WORDS_AROUND),
    start_s: words[first]?.start_s ?? null,
  };
}

/** Masks by their labels: "dog", "2 cups" as "cup × 2". */
export function maskNames(ids: readonly string[], { masks, labels }: ImageDetail): string {
  const names = new Map(labels.map(({ id, name }) => [id, name]));
  const counts = new Map<string, number>();
  for (const id of ids) {
    const label = masks.find((mask) => mask.id === id)?.label ?? null;
    const name = (label === null ? null : names.get(label)) ?? "no label";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (count > 1 ? `${name} × ${count}` : name)).join(", ");
}

export function contradictionWords({ kind, said, seen }: Contradiction): string {
  const words = said.replace(/[\s.,;:!?]+$/, "");
  return kind === "count" ? `“${words}”, but ${seen}` : `“${words}”, but the masks lie otherwise`;
}
