/** What annotating costs a person, counted honestly: active time, clicks, strokes, prompts. */

import type { OpeningClock } from "@/editor/opening";
import type { Effort, Operation, Prompt, TakenAnswer } from "@/editor/operations";

const IDLE_AFTER_S = 15; // a longer pause counts as this much, no more

/** Counts from one saved operation to the next, and the active seconds on the whole image. */
export class EffortMeter {
  /** What the person works with. */
  tool: string | null = null;
  readonly opening: OpeningClock | null;
  #now_s: () => number;
  #lastActive_s: number;
  #active_s: number;
  #begun_s: number;
  #taken_s: number;
  #clicks = 0;
  #strokes = 0;
  #undos = 0;

  /** `active_s` is what this person had spent on the image before the page was loaded. */
  constructor(now_s: () => number, active_s = 0, opening: OpeningClock | null = null) {
    this.opening = opening;
    this.#now_s = now_s;
    this.#lastActive_s = now_s();
    this.#active_s = active_s;
    this.#begun_s = active_s;
    this.#taken_s = active_s;
  }

  /** Active seconds on the image up to the last sign of life. */
  get active_s(): number {
    return this.#active_s;
  }

  /** Of these, what no operation has been charged with yet. */
  get unspent_s(): number {
    return this.#active_s - this.#taken_s;
  }

  /** Another page of this person counted on, up to `active_s`, while this one was open. */
  goOnFrom(active_s: number): void {
    const elsewhere_s = Math.max(active_s - this.#begun_s, 0);
    this.#active_s += elsewhere_s;
    this.#taken_s += elsewhere_s;
    this.#begun_s = active_s;
  }

  /** The person moved, typed or clicked. */
  noteActivity(): void {
    const now_s = this.#now_s();
    this.#active_s += Math.min(now_s - this.#lastActive_s, IDLE_AFTER_S);
    this.#lastActive_s = now_s;
  }

  /** The person did something on purpose: pressed a button of the pointer, or a key. */
  noteAction(): void {
    this.opening?.noteAction();
    this.noteActivity();
  }

  /** The person left: the time until the return does not count at all. */
  noteReturn(): void {
    this.#lastActive_s = this.#now_s();
  }

  noteClick(): void {
    this.#clicks += 1;
    this.noteAction();
  }

  noteStroke(): void {
    this.#strokes += 1;
    this.noteActivity();
  }

  /** The person took something back: a corner, a prompt, a change. */
  noteUndo(): void {
    this.#undos += 1;
    this.noteActivity();
  }

  /** Do what a command does: it, not the tool in hand, made what comes of it. */
  during(command: string, does: () => void): void {
    const before = this.tool;
    this.tool = command;
    try {
      does();
    } finally {
      this.tool = before;
    }
  }

  /** Hand over what was spent since the last operation, and start again from zero. */
  take(prompts: readonly Prompt[] = [], taken: TakenAnswer = {}): Effort {
    this.noteActivity();
    const seconds = Math.round((this.#active_s - this.#taken_s) * 1000) / 1000;
    const effort: Effort = {
      seconds,
      clicks: this.#clicks,
      strokes: this.#strokes,
      prompts: [...prompts],
      ...taken,
      ...(this.tool === null ? {} : { tool: this.tool }),
      ...(this.#undos === 0 ? {} : { undos: this.#undos }),
      ...this.opening?.tell(),
    };
    this.#taken_s = this.#active_s;
    this.#clicks = 0;
    this.#strokes = 0;
    this.#undos = 0;
    return effort;
  }
}

/** Share one effort between the operations that one gesture made. */
export function shareEffort(effort: Effort, parts: number): Effort[] {
  const seconds = Math.round((effort.seconds / parts) * 1000) / 1000;
  const { tool } = effort;
  const others = { seconds, clicks: 0, strokes: 0, ...(tool === undefined ? {} : { tool }) };
  return Array.from({ length: parts }, (_, index) =>
    index === 0 ? { ...effort, seconds } : { ...others, prompts: [] },
  );
}

/** Operations with what the gesture that made them cost. */
export function charged(operations: readonly Operation[], effort: Effort): Operation[] {
  const efforts = shareEffort(effort, operations.length);
  return operations.map((operation, at) => ({ ...operation, effort: efforts[at] }));
}
