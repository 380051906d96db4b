/** How long an image took to be seen and its person to begin: told once, by the first operation. */

import type { Effort } from "@/editor/operations";

const MOST_MS = 86_400_000; // the server takes no more

export class OpeningClock {
  #now_s: () => number;
  #asked_s: number;
  #painted_s: number | null = null;
  #acted_s: number | null = null;
  #isTold = false;

  /** `asked_s` is when the image was asked for. */
  constructor(now_s: () => number, asked_s: number) {
    this.#now_s = now_s;
    this.#asked_s = asked_s;
  }

  notePaint(): void {
    this.#painted_s ??= this.#now_s();
  }

  /** The person pressed a button of the pointer, or a key that does something. */
  noteAction(): void {
    this.#acted_s ??= this.#now_s();
  }

  /** What an operation tells of it: nothing before the first paint, and nothing a second time. */
  tell(): Pick<Effort, "opening"> {
    if (this.#isTold || this.#painted_s === null) return {};
    this.#isTold = true;
    this.noteAction(); // an operation is one, whatever made it
    const opening = {
      paint_ms: this.#since(this.#painted_s),
      action_ms: this.#since(this.#acted_s),
    };
    return { opening };
  }

  #since(at_s: number | null): number {
    const ms = Math.round(((at_s ?? this.#asked_s) - this.#asked_s) * 1000);
    return Math.min(Math.max(ms, 0), MOST_MS);
  }
}
