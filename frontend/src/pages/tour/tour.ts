/** How a tour goes on: by what the person does, not by a button. */

import { Signal } from "@/editor/signal";

/** What a person can do on the tour's image, as far as a step may wait for it. */
export type Happening =
  | "zoom"
  | "pan"
  | "fit"
  | "accept" // a proposal
  | "click" // a mask by prompts was kept
  | "draw" // a new mask by hand
  | "select" // a mask
  | "correct"
  | "undo"
  | "name"
  | "command" // from the palette
  | "finish";

/** One thing to do, any way that counts. */
export interface Task {
  readonly name: string;
  readonly by: readonly Happening[];
}

export interface Step {
  readonly id: string;
  readonly title: string;
  /** What to do; {id} stands for the key of a command, {=X} for the key X. */
  readonly words: string;
  readonly tasks: readonly Task[];
  /** What should be in hand when it begins. */
  readonly inHand?: "nothing" | "the newest mask";
}

export interface TourState {
  readonly at: number; // the step; the number of steps once all are done
  readonly done: ReadonlySet<string>; // names of the step's tasks
}

export const BEGINNING: TourState = { at: 0, done: new Set() };

/** The state after something happened; the same one where no task waited for it. */
export function after(steps: readonly Step[], state: TourState, what: Happening): TourState {
  const tasks = steps[state.at]?.tasks ?? [];
  const met = tasks.filter(({ name, by }) => by.includes(what) && !state.done.has(name));
  if (met.length === 0) return state;
  const done = new Set([...state.done, ...met.map(({ name }) => name)]);
  return done.size === tasks.length ? skip(steps, state) : { ...state, done };
}

/** On to the next step, whatever was done. */
export function skip(steps: readonly Step[], { at }: TourState): TourState {
  return { at: Math.min(at + 1, steps.length), done: new Set() };
}

/** One person's way through the steps. */
export class Tour {
  readonly steps: readonly Step[];
  readonly state = new Signal(BEGINNING);

  constructor(steps: readonly Step[]) {
    this.steps = steps;
  }

  /** Null once all steps are done. */
  get step(): Step | null {
    return this.steps[this.state.get().at] ?? null;
  }

  awaits(what: Happening): boolean {
    return this.step?.tasks.some(({ by }) => by.includes(what)) ?? false;
  }

  readonly tell = (what: Happening): void => {
    this.state.set(after(this.steps, this.state.get(), what));
  };

  skip(): void {
    this.state.set(skip(this.steps, this.state.get()));
  }
}

/** A step's words in pieces: text, and which key stands between. */
export function piecesOf(words: string): (string | { readonly key: string })[] {
  return words
    .split(/(\{[^}]+\})/)
    .filter((piece) => piece !== "")
    .map((piece) => (piece.startsWith("{") ? { key: piece.slice(1, -1) } : piece));
}
