/** A text written anew over words with times: what stayed keeps its time, the rest shares one. */

import type { Word } from "@/api/types";
import { joinCompounds, share } from "./words";

/** Above this many comparisons all that lies between equal ends counts as changed. */
const MOST_COMPARISONS = 4_000_000;

export function alignText(words: readonly Word[], text: string): Word[] {
  const old = joinCompounds(words);
  const parts = text.split(/\s+/).filter(Boolean);
  const aligned: Word[] = [];
  let [from, begin] = [0, 0];
  for (const [kept, part] of [...matches(old, parts), [old.length, parts.length] as const]) {
    aligned.push(...share(spanOf(old, from, kept), parts.slice(begin, part)));
    const same = old[kept];
    if (same) aligned.push(same);
    [from, begin] = [kept + 1, part + 1];
  }
  return aligned;
}

/** The time of words `from` to `to`; of none, the gap between those beside it. */
function spanOf(words: readonly Word[], from: number, to: number): Word {
  const before = words[from - 1]?.end_s ?? 0;
  const start = from < to ? (words[from]?.start_s ?? before) : before;
  const end = from < to ? words[to - 1]?.end_s : words[to]?.start_s;
  return { text: "", start_s: start, end_s: Math.max(start, end ?? start), probability: 1 };
}

/** Pairs of places that hold the same word: the longest common subsequence. */
function matches(old: readonly Word[], parts: readonly string[]): [number, number][] {
  const isSame = (a: number, b: number) => old[a]?.text.trim() === parts[b];
  let [head, oldEnd, newEnd] = [0, old.length, parts.length];
  while (head < Math.min(oldEnd, newEnd) && isSame(head, head)) head += 1;
  while (Math.min(oldEnd, newEnd) > head && isSame(oldEnd - 1, newEnd - 1)) {
    oldEnd -= 1;
    newEnd -= 1;
  }
  const first = Array.from({ length: head }, (_, at): [number, number] => [at, at]);
  const last = Array.from({ length: old.length - oldEnd }, (_, at): [number, number] => [
    oldEnd + at,
    newEnd + at,
  ]);
  return [...first, ...longest(head, oldEnd, newEnd, isSame), ...last];
}

function longest(
  head: number,
  oldEnd: number,
  newEnd: number,
  isSame: (a: number, b: number) => boolean,
): [number, number][] {
  const [rows, columns] = [oldEnd - head, newEnd - head];
  if (rows * columns > MOST_COMPARISONS) return [];
  const width = columns + 1;
  const lengths = new Uint16Array((rows + 1) * width); // from here to the end
  const at = (row: number, column: number) => lengths[row * width + column] as number;
  for (let row = rows - 1; row >= 0; row -= 1)
    for (let column = columns - 1; column >= 0; column -= 1)
      lengths[row * width + column] = isSame(head + row, head + column)
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
  const found: [number, number][] = [];
  let [row, column] = [0, 0];
  while (row < rows && column < columns) {
    if (isSame(head + row, head + column)) {
      found.push([head + row, head + column]);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return found;
}
