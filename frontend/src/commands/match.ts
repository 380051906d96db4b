/** Finding commands by what somebody types: words, beginnings of words, first letters. */

import { type Command, whyNot } from "./command";

export interface Found {
  readonly command: Command;
  readonly why: string | null; // it can do nothing now
}

/** The commands that a query means, the best first; those that can do nothing come last. */
export function find(commands: readonly Command[], query: string): Found[] {
  const wanted = plain(query).trim();
  return commands
    .filter(({ isKeyOnly }) => !isKeyOnly)
    .map((command) => ({ command, why: whyNot(command), score: scoreOf(command, wanted) }))
    .filter(({ why, score }) => score > 0 && !(wanted === "" && why !== null))
    .sort((a, b) => Number(a.why !== null) - Number(b.why !== null) || b.score - a.score)
    .map(({ command, why }) => ({ command, why }));
}

type Named = Pick<Command, "title" | "group" | "what" | "words">;

/** How well a command answers a query: 0 not at all. */
export function scoreOf({ title, group, what = "", words = "" }: Named, wanted: string): number {
  if (wanted === "") return 1;
  const name = plain(title);
  if (name === wanted) return 8;
  if (name.startsWith(wanted)) return 7;
  const parts = wordsOf(wanted);
  const its = wordsOf(name);
  const letters = parts.join("");
  if (haveBeginnings(its, parts)) return 6;
  if (initialsOf(its).startsWith(letters)) return 5;
  if (isAbbreviation(its, letters)) return 4;
  if (name.includes(wanted)) return 3;
  // A group finds nothing by itself, it only narrows.
  const more = [...its, ...wordsOf(plain(`${what} ${words}`))];
  const ofGroup = wordsOf(plain(group));
  const isFound = parts.some((part) => haveBeginnings(more, [part]));
  return isFound && haveBeginnings([...more, ...ofGroup], parts) ? 2 : 0;
}

/** Small letters without accents. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

const wordsOf = (text: string): string[] => text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);

function haveBeginnings(words: readonly string[], parts: readonly string[]): boolean {
  return parts.length > 0 && parts.every((part) => words.some((word) => word.startsWith(part)));
}

const initialsOf = (words: readonly string[]): string => words.map(([first]) => first).join("");

/** Whether letters are the beginnings of some of the words, in their order: "fah", "fiho". */
function isAbbreviation(words: readonly string[], letters: string): boolean {
  if (letters === "") return true;
  return words.some((word, at) => {
    const rest = words.slice(at + 1);
    for (let length = 1; length <= letters.length; length++) {
      if (!word.startsWith(letters.slice(0, length))) return false;
      if (isAbbreviation(rest, letters.slice(length))) return true;
    }
    return false;
  });
}
