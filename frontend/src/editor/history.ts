/** The steps of undo and redo, and how they outlive the page. */

import type { Change } from "@/editor/changes";

/** What one gesture changed; a later step has a higher id. */
export interface Step {
  readonly id: number;
  readonly changes: readonly Change[];
}

/** Each stack has its oldest step first. */
export interface History {
  readonly undo: readonly Step[];
  readonly redo: readonly Step[];
}

export const UNDO_STEPS = 200; // older ones are forgotten

/** Where steps are kept; the outbox's database is one such place. */
export interface StepStore {
  changeHistory(
    whose: readonly [user: number, image: number],
    added: readonly { stack: "undo" | "redo"; step: Step }[],
    removed: readonly number[],
  ): Promise<void>;
}

/** Keeps the history of one image on this device: after each gesture, only what is new in it. */
export class HistoryKeeper {
  #steps: StepStore;
  #whose: readonly [user: number, image: number];
  #kept: Set<number>;

  constructor(steps: StepStore, whose: readonly [user: number, image: number], begun: History) {
    this.#steps = steps;
    this.#whose = whose;
    this.#kept = new Set([...begun.undo, ...begun.redo].map(({ id }) => id));
  }

  /** Losing this loses no work, so it need not be strictly durable, and a full disk stops nothing. */
  async keep({ undo, redo }: History): Promise<void> {
    const steps = [
      ...undo.map((step) => ({ stack: "undo" as const, step })),
      ...redo.map((step) => ({ stack: "redo" as const, step })),
    ];
    const added = steps.filter(({ step }) => !this.#kept.has(step.id));
    const now = new Set(steps.map(({ step }) => step.id));
    const removed = [...this.#kept].filter((id) => !now.has(id));
    if (added.length === 0 && removed.length === 0) return;
    this.#kept = now;
    try {
      await this.#steps.changeHistory(this.#whose, added, removed);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }
}
