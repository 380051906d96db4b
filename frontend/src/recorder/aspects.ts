/** What a description speaks of, by the word lists that the engine reads as well. */

import lists from "../../../engine/speech/aspects.json";

export interface Aspects {
  /** By name: what was said of it, each once, in order. */
  counters: { name: string; said: readonly string[] }[];
  /** PixMo's seven questions, in their order. */
  answered: boolean[];
}

const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu;

interface Phrases {
  all: ReadonlySet<string>;
  /** Words of the longest. */
  longest: number;
}

const phrases: ReadonlyMap<string, Phrases> = new Map(
  Object.entries(lists.words).map(([name, all]) => [
    name,
    {
      all: new Set(all),
      longest: Math.max(...all.map((phrase) => phrase.split(" ").length)),
    },
  ]),
);

/** Looks for the words of each list; the longest phrase counts where several begin. */
export function findAspects(text: string): Aspects {
  const words = (text.match(WORD) ?? []).map((word) => word.toLowerCase().replaceAll("’", "'"));
  const found = new Map([...phrases].map(([name, list]) => [name, search(words, list)]));
  const said = (name: string) => found.get(name) ?? [];
  return {
    counters: lists.counters.map((name) => ({ name, said: said(name) })),
    answered: lists.questions.map((needs) =>
      needs.some(({ of, least }) => of.flatMap(said).length >= least),
    ),
  };
}

function search(words: readonly string[], { all, longest }: Phrases): string[] {
  const found = new Set<string>();
  for (let at = 0; at < words.length; ) {
    const phrase = longestAt(words, at, all, longest);
    if (phrase) found.add(phrase);
    at += phrase ? phrase.split(" ").length : 1;
  }
  return [...found];
}

function longestAt(
  words: readonly string[],
  at: number,
  all: ReadonlySet<string>,
  longest: number,
): string | undefined {
  for (let length = longest; length > 0; length -= 1) {
    const phrase = words.slice(at, at + length).join(" ");
    if (all.has(phrase)) return phrase;
  }
  return undefined;
}
