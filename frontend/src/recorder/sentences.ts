/** When somebody speaks, by the level of the microphone: pauses part their sentences. */

import { QUIET } from "./level";

const PAUSE_S = 0.5; // people breathe in a third of a second
const SHORTEST_S = 0.15; // a click of the mouse is no sentence
const BEFORE_S = 0.2; // soft beginnings

interface Span {
  start_s: number;
  end_s: number;
}

export class Sentences {
  readonly #spans: Span[] = [];
  #loudest = 0;

  /** Takes in how loud it is, 0 to 1, in the order of time. */
  hear(level: number, seconds: number): void {
    this.#loudest = Math.max(this.#loudest, level);
    if (level < Math.max(QUIET, this.#loudest / 2)) return;
    const last = this.#spans.at(-1);
    if (last && seconds - last.end_s < PAUSE_S) last.end_s = seconds;
    else this.#spans.push({ start_s: seconds, end_s: seconds });
  }

  /** Whether nothing louder than a quiet room was heard so far. */
  get isSilent(): boolean {
    return this.#loudest < QUIET;
  }

  /** Whether somebody spoke between two times. */
  isSpokenBetween(from: number, to: number): boolean {
    return this.#sentences().some(({ start_s, end_s }) => start_s < to && end_s > from);
  }

  /** Where the last sentence that began before a time begins; zero if there was none. */
  startOfLast(before: number): number {
    const earlier = this.#sentences().filter(({ start_s }) => start_s < before);
    const [last, previous] = [earlier.at(-1), earlier.at(-2)];
    return last ? Math.max(last.start_s - BEFORE_S, previous?.end_s ?? 0) : 0;
  }

  #sentences(): Span[] {
    return this.#spans.filter(({ start_s, end_s }) => end_s - start_s >= SHORTEST_S);
  }
}
