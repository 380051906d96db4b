/** What several people said of an image, and what of it the one at work keeps, changes and adds. */

import type { Caption, NewPart, Said } from "@/api/types";
import { QUESTIONS } from "@/recorder/questions";

/** A person's changes to what is said, by the keys of its parts. */
export interface Edits {
  leftOut: ReadonlySet<string>;
  /** Of their own words only: nobody writes in another's name. */
  changed: ReadonlyMap<string, string>;
  addition: string;
}

export const NO_EDITS: Edits = { leftOut: new Set(), changed: new Map(), addition: "" };

export function keyOf({ caption, number, transcript }: Said): string {
  return transcript ?? `${caption} ${number}`;
}

export function saidByOthers(said: readonly Said[], me: string): Said[] {
  return said.filter(({ author }) => author !== me);
}

export function speakerOf({ author, bundle }: Pick<Said, "author" | "bundle">, me: string): string {
  if (author === null) return "A model";
  if (bundle !== null) return `A model, accepted by ${author === me ? "you" : author}`;
  return author === me ? "You" : author;
}

/** Whose words a caption is. */
export function savedBy({ author, bundle }: Pick<Caption, "author" | "bundle">): string {
  if (author === null) return "Saved by a model";
  return bundle === null ? `Saved by ${author}` : `By a model, accepted by ${author}`;
}

/**
 * Edits on what is said now; words whose part is gone are kept as additions, but for those that were
 * saved, though the answer to that was lost.
 */
export function rebased(edits: Edits, said: readonly Said[], me: string): Edits {
  const keys = new Set(said.map(keyOf));
  const lost = [...edits.changed]
    .filter(([key, text]) => !keys.has(key) && !isSaidBy(me, text, said))
    .map(([, text]) => text.trim());
  return {
    leftOut: new Set([...edits.leftOut].filter((key) => keys.has(key))),
    changed: new Map([...edits.changed].filter(([key]) => keys.has(key))),
    addition: [edits.addition, ...lost].filter((text) => text !== "").join(" "),
  };
}

/** Whether somebody's own words read so already. */
export function isSaidBy(me: string, text: string, said: readonly Said[]): boolean {
  const own = text.trim();
  return own !== "" && said.some((each) => each.author === me && each.text.trim() === own);
}

/** The parts of the next caption: others' words by the rows that hold them, one's own as they read. */
export function mergedParts(
  said: readonly Said[],
  me: string,
  edits: Edits,
  suggested: ReadonlyMap<string, string>,
): NewPart[] {
  const parts = said.flatMap((each) => partOf(each, me, edits, suggested));
  const addition = edits.addition.trim();
  return addition === "" ? parts : [...parts, { text: addition }];
}

/** False while the newest caption says all of it already. */
export function hasNews(said: readonly Said[], edits: Edits): boolean {
  return (
    edits.leftOut.size + edits.changed.size > 0 ||
    edits.addition.trim() !== "" ||
    said.some(({ transcript }) => transcript !== null)
  );
}

/** Of the seven questions those that nobody has answered; without knowing, none. */
export function openQuestions(answered: readonly boolean[]): string[] {
  return QUESTIONS.filter((_, index) => answered[index] === false);
}

function partOf(
  each: Said,
  me: string,
  { leftOut, changed }: Edits,
  suggested: ReadonlyMap<string, string>,
): NewPart[] {
  const key = keyOf(each);
  if (leftOut.has(key)) return [];
  const { author, recording, transcript, caption, number, text } = each;
  const now = (changed.get(key) ?? suggested.get(key) ?? text).trim();
  if (author === me && now !== text) return now === "" ? [] : [{ text: now, recording }];
  return transcript === null ? [{ caption: caption ?? "", number }] : [{ transcript }];
}
