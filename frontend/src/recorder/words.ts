/** Correcting a transcript word by word: every word keeps its time in the audio. */

import type { Word } from "@/api/types";

/** Words below this were heard badly and are worth a look. */
const UNSURE_BELOW = 0.6;

export function isUnsure(word: Word): boolean {
  return (word.probability ?? 1) < UNSURE_BELOW;
}

/** Words in a row; one that begins with a hyphen, as Whisper cuts compounds, goes on with the last. */
export function textOf(words: readonly Word[]): string {
  return words
    .map((word) => word.text.trim())
    .filter(Boolean)
    .join(" ")
    .replaceAll(/(?<=\w) (?=-\w)/g, "");
}

/** The word under the playhead, or the last one before it; -1 before the first. */
export function wordAt(words: readonly Word[], seconds: number): number {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.start_s ?? 0) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The word that is lit. A word that was asked for alone stays lit while a little around it sounds;
 * the playhead is in its neighbours then.
 */
export function litWord(
  words: readonly Word[],
  seconds: number,
  alone: Pick<Word, "start_s" | "end_s"> | null,
): number {
  if (alone === null) return wordAt(words, seconds);
  const index = words.findIndex(
    ({ start_s, end_s }) => start_s === alone.start_s && end_s === alone.end_s,
  );
  return index >= 0 ? index : wordAt(words, alone.start_s);
}

/** Writes other text over a word. Several words share its time by their length; none removes it. */
export function replaceWord(words: readonly Word[], index: number, text: string): Word[] {
  const old = words[index];
  if (!old) return [...words];
  const parts = text.split(/\s+/).filter(Boolean);
  return [...words.slice(0, index), ...share(old, parts), ...words.slice(index + 1)];
}

/** Joins a word with the next: "butter" "fly" becomes "butterfly". */
export function joinWithNext(words: readonly Word[], index: number): Word[] {
  const first = words[index];
  const second = words[index + 1];
  if (!first || !second) return [...words];
  const joined = {
    text: first.text.trim() + second.text.trim(),
    start_s: first.start_s,
    end_s: second.end_s,
    probability: 1,
  };
  return [...words.slice(0, index), joined, ...words.slice(index + 2)];
}

/** Adds a word that was not heard, in the gap after another (-1: at the start). */
export function insertAfter(words: readonly Word[], index: number, text: string): Word[] {
  const start = words[index]?.end_s ?? 0;
  const end = words[index + 1]?.start_s ?? start;
  const parts = text.split(/\s+/).filter(Boolean);
  const gap = { text: "", start_s: start, end_s: Math.max(start, end), probability: 1 };
  return [...words.slice(0, index + 1), ...share(gap, parts), ...words.slice(index + 1)];
}

/** The next word worth a look, around the end; -1 if there is none. */
export function nextUnsure(words: readonly Word[], after: number): number {
  return unsureFrom(words, after, 1);
}

/** The word worth a look before this one, around the beginning; -1 if there is none. */
export function previousUnsure(words: readonly Word[], before: number): number {
  return unsureFrom(words, before, -1);
}

function unsureFrom(words: readonly Word[], from: number, step: 1 | -1): number {
  const count = words.length;
  for (let away = 1; away <= count; away += 1) {
    const index = (from + step * away + 2 * count) % count;
    const word = words[index];
    if (word && isUnsure(word)) return index;
  }
  return -1;
}

/** Words as they are written: a compound that Whisper cut before its hyphen is one. */
export function joinCompounds(words: readonly Word[]): Word[] {
  const joined: Word[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    const isRest = last !== undefined && /\w$/.test(last.text) && /^-\w/.test(word.text.trim());
    if (!isRest) joined.push({ ...word, text: word.text.trim() });
    else
      joined[joined.length - 1] = {
        text: last.text + word.text.trim(),
        start_s: last.start_s,
        end_s: word.end_s,
        probability: Math.min(last.probability ?? 1, word.probability ?? 1),
      };
  }
  return joined;
}

/** A person wrote it, so it is sure; time is shared by the number of letters. */
export function share(span: Word, parts: readonly string[]): Word[] {
  const letters = parts.reduce((sum, part) => sum + part.length, 0);
  const length = span.end_s - span.start_s;
  let start = span.start_s;
  return parts.map((text) => {
    const end = start + (length * text.length) / letters;
    const word = { text, start_s: start, end_s: end, probability: 1 };
    start = end;
    return word;
  });
}
