/**
 * What a person has begun to write of an image, kept in this browser until it is saved: pages are
 * left, reloaded, and closed in the middle of a sentence.
 */

import { personOfPage } from "@/api/person";
import type { Word } from "@/api/types";
import { fieldsOf, readKept } from "@/editor/kept";
import { type Edits, NO_EDITS } from "./said/said";
import { type Draft, NO_DRAFT, type Written } from "./written";

type Texts = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const PREFIX = "anneal-unsaved";
const KEPT_MS = 30 * 86_400_000; // since it was last written on

/** The caption that was begun of an image; none, as nobody else's is shown. */
export function keptDraft(image: number, storage: Texts = localStorage): Draft {
  const { written, edited } = fieldsOf(read(nameOf("caption", image), storage));
  const { text, proposal } = fieldsOf(edited);
  const proposed = fieldsOf(proposal);
  const isEdited = [text, proposed.id, proposed.text].every((each) => typeof each === "string");
  if (!isWritten(written)) return NO_DRAFT;
  return { written, edited: isEdited ? (edited as Draft["edited"]) : null };
}

export function keepDraft(image: number, draft: Draft, storage: Texts = localStorage): void {
  const isBegun = draft.written.text !== null || draft.edited !== null;
  keep(nameOf("caption", image), isBegun ? draft : null, storage);
}

/** The words of a transcript as far as somebody has corrected them; null where nobody has begun. */
export function keptWords(transcript: string, storage: Texts = localStorage): Word[] | null {
  const words = read(nameOf("words", transcript), storage);
  return Array.isArray(words) && words.every(isWord) ? words : null;
}

/** Null: it is saved, or dropped. */
export function keepWords(
  transcript: string,
  words: readonly Word[] | null,
  storage: Texts = localStorage,
): void {
  keep(nameOf("words", transcript), words, storage);
}

/** A transcript's text as it is being written as a whole; null where nobody is at it. */
export function keptWhole(transcript: string, storage: Texts = localStorage): string | null {
  const text = read(nameOf("whole", transcript), storage);
  return typeof text === "string" ? text : null;
}

/** Null: it is taken over, or dropped. */
export function keepWhole(
  transcript: string,
  text: string | null,
  storage: Texts = localStorage,
): void {
  keep(nameOf("whole", transcript), text, storage);
}

/** What a person changed and left out of what several said; what they add is a draft. */
export function keptEdits(image: number, storage: Texts = localStorage): Edits {
  const { leftOut, changed } = fieldsOf(read(nameOf("said", image), storage));
  const isText = (each: unknown): each is string => typeof each === "string";
  const isPair = (each: unknown): each is [string, string] =>
    Array.isArray(each) && each.length === 2 && each.every(isText);
  return {
    ...NO_EDITS,
    leftOut: new Set(Array.isArray(leftOut) ? leftOut.filter(isText) : []),
    changed: new Map(Array.isArray(changed) ? changed.filter(isPair) : []),
  };
}

export function keepEdits(
  image: number,
  { leftOut, changed }: Edits,
  storage: Texts = localStorage,
): void {
  const isBegun = leftOut.size + changed.size > 0;
  const kept = isBegun ? { leftOut: [...leftOut], changed: [...changed] } : null;
  keep(nameOf("said", image), kept, storage);
}

/** Forget what nobody has come back to for a month. */
export function dropOldWriting(storage: Texts = localStorage, now = Date.now()): void {
  const names = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? "");
  for (const name of names.filter((each) => each.startsWith(PREFIX))) {
    const { at } = fieldsOf(readKept(storage.getItem(name)));
    if (typeof at !== "number" || now - at > KEPT_MS) storage.removeItem(name);
  }
}

/** Null while nobody is known, whose it would be. */
function nameOf(kind: "caption" | "words" | "whole" | "said", id: number | string): string | null {
  const person = personOfPage();
  return person === null ? null : `${PREFIX}-${kind}-${person}-${id}`;
}

function read(name: string | null, storage: Texts): unknown {
  return name === null ? null : fieldsOf(readKept(storage.getItem(name))).value;
}

function keep(name: string | null, value: unknown, storage: Texts): void {
  if (name === null) return;
  try {
    if (value === null) storage.removeItem(name);
    else storage.setItem(name, JSON.stringify({ at: Date.now(), value }));
  } catch {
    // This browser has no room, and the page holds it still.
  }
}

function isWritten(value: unknown): value is Written {
  const { text, shortening, proposal } = fieldsOf(value);
  return [text, shortening, proposal].every((each) => each === null || typeof each === "string");
}

function isWord(value: unknown): value is Word {
  const { text, start_s, end_s } = fieldsOf(value);
  return typeof text === "string" && typeof start_s === "number" && typeof end_s === "number";
}
