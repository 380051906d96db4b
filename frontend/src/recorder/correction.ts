/** A transcript in correction: its words, which one is in hand, and the way back. */

import type { Word } from "@/api/types";
import { clamp } from "@/editor/geometry";
import { Signal } from "@/editor/signal";
import { alignText } from "./align";
import {
  insertAfter,
  isUnsure,
  joinWithNext,
  nextUnsure,
  previousUnsure,
  replaceWord,
} from "./words";

/** The word that is being written over, or after which one is being added. */
export type Writing = { readonly kind: "replace" | "insert"; readonly index: number } | null;

export class Correction {
  readonly words: Signal<readonly Word[]>;
  /** Set anew, even to the same word, whenever the focus belongs there. */
  readonly focus = new Signal<{ readonly index: number }>({ index: 0 });
  readonly writing = new Signal<Writing>(null);
  readonly #first: readonly Word[];
  #undone: (readonly Word[])[] = [];
  #done: (readonly Word[])[] = [];

  /** `begun`: what somebody has made of the words before, to go on with. */
  constructor(words: readonly Word[], begun: readonly Word[] | null = null) {
    this.#first = words;
    this.words = new Signal(words);
    if (begun !== null) this.#change(begun);
  }

  get index(): number {
    return this.focus.get().index;
  }

  get word(): Word | undefined {
    return this.words.get()[this.index];
  }

  get hasUnsure(): boolean {
    return this.words.get().some(isUnsure);
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  goTo(index: number): void {
    this.focus.set({ index: clamp(index, 0, Math.max(0, this.words.get().length - 1)) });
  }

  goBy(step: number): void {
    this.goTo(this.index + step);
  }

  /** To the next unsure word or the one before, around the end. */
  goToUnsure(step: 1 | -1): void {
    const find = step === 1 ? nextUnsure : previousUnsure;
    const index = find(this.words.get(), this.index);
    if (index >= 0) this.goTo(index);
  }

  write(kind: "replace" | "insert"): void {
    this.writing.set({ kind, index: this.index });
  }

  /** Ends writing; null leaves everything as it was. */
  finish(text: string | null): void {
    const writing = this.writing.get();
    if (writing === null) return;
    this.writing.set(null);
    const { kind, index } = writing;
    if (text !== null)
      this.#change((kind === "replace" ? replaceWord : insertAfter)(this.words.get(), index, text));
    this.goTo(kind === "insert" && text?.trim() ? index + 1 : index);
  }

  remove(): void {
    this.#change(replaceWord(this.words.get(), this.index, ""));
    this.goTo(this.index);
  }

  join(): void {
    this.#change(joinWithNext(this.words.get(), this.index));
    this.goTo(this.index);
  }

  /** Puts another text in place of all of it. */
  rewrite(text: string): void {
    this.#change(alignText(this.words.get(), text));
    this.goTo(this.index);
  }

  undo(): void {
    this.#step(this.#done, this.#undone);
  }

  redo(): void {
    this.#step(this.#undone, this.#done);
  }

  /** Forgets every change. */
  reset(): void {
    this.#done = [];
    this.#undone = [];
    this.writing.set(null);
    this.words.set(this.#first);
  }

  #change(words: readonly Word[]): void {
    const before = this.words.get();
    if (isSame(before, words)) return;
    this.#done.push(before);
    this.#undone = [];
    this.words.set(words);
  }

  #step(from: (readonly Word[])[], to: (readonly Word[])[]): void {
    const words = from.pop();
    if (words === undefined) return;
    to.push(this.words.get());
    this.words.set(words);
    this.goTo(this.index);
  }
}

function isSame(a: readonly Word[], b: readonly Word[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      (word, at) => word.text.trim() === b[at]?.text.trim() && word.start_s === b[at]?.start_s,
    )
  );
}
