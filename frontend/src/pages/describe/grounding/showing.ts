/** What is outlined on the picture: what is pointed at, else what was pinned by a click. */

import { Signal } from "@/editor/signal";

export interface Shown {
  masks: readonly string[];
  /** Where the pointer was, for words without a mask. */
  place: readonly number[] | null;
  /** Whose words are lit in the text; null for masks that nobody spoke of. */
  phrase: number | null;
}

export const NOTHING_SHOWN: Shown = { masks: [], place: null, phrase: null };

export class Showing {
  readonly shown = new Signal<Shown>(NOTHING_SHOWN);
  /** The key of the row that keeps its outline. */
  readonly pinned = new Signal<string | null>(null);
  #kept = NOTHING_SHOWN;

  readonly show = (what: Shown): void => this.shown.set(what);

  readonly hide = (): void => this.shown.set(this.#kept);

  /** What was pinned may not hold any more. */
  readonly letGo = (): void => {
    this.#kept = NOTHING_SHOWN;
    this.pinned.set(null);
    this.hide();
  };

  /** Keeps what a row shows until another is pinned, or this one again. */
  pin(row: string, what: Shown): void {
    const isPinned = this.pinned.get() === row;
    this.#kept = isPinned ? NOTHING_SHOWN : what;
    this.pinned.set(isPinned ? null : row);
    this.show(what); // it is still pointed at
  }
}
