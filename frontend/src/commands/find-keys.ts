/** Finding a row of the list of keys: by what the command is called, or by a key that it has. */

import { type Chord, keysOf, labelsOf } from "./chord";
import type { Command, KeysOfCommand } from "./command";
import { plain, scoreOf } from "./match";

/** Whether somebody who types this looks for the command. */
export function isSought(command: Command, keys: KeysOfCommand, query: string): boolean {
  const wanted = plain(query).trim();
  if (wanted === "") return true;
  const isWord = /[\p{L}\p{N}]/u.test(wanted); // and not a bracket or an arrow, which are keys
  if (isWord && scoreOf(command, wanted) > 0) return true;
  const parts = partsOf(wanted);
  const chords = [keys.own, ...keys.also].filter((chord) => chord !== null);
  return [...chords.map(wordsOf), (command.shown ?? []).map(plain)].some((words) =>
    parts.every((part) => words.some((word) => isMeant(word, part))),
  );
}

/** "ctrl+z", "Ctrl Z" and "ctrl z" are the same keys, and a plus alone is one. */
function partsOf(wanted: string): string[] {
  const parts = wanted.split(/[\s+]+/).filter(Boolean);
  return parts.length === 0 ? [wanted] : parts;
}

/** What the keys of a chord are called, and what stands on them. */
function wordsOf(chord: Chord): string[] {
  return [...keysOf(chord), ...labelsOf(chord)].map(plain);
}

/** One letter is a key; of a longer name, the beginning will do. */
function isMeant(word: string, part: string): boolean {
  return word === part || (part.length > 1 && word.startsWith(part));
}
