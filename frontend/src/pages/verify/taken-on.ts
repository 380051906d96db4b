/** The accepted masks with which others have gone on: to take an acceptance back would undo that. */

import type { Operation } from "@/editor/operations";

export class TakenOn {
  #masks = new Map<string, string>(); // by the proposal that this page accepted
  #changed = new Set<string>(); // masks

  /** This page's own verdicts. */
  noteOwn(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.kind === "verdict" && operation.verdict === "accepted") {
        this.#masks.set(operation.proposal, operation.mask);
      }
    }
  }

  /** What others saved. */
  note(missed: readonly Operation[]): void {
    for (const operation of missed) {
      if (operation.kind === "revise" || operation.kind === "delete") {
        this.#changed.add(operation.mask);
      }
    }
  }

  has(proposal: string): boolean {
    return this.#changed.has(this.#masks.get(proposal) ?? "");
  }

  /** Whether an operation would take back what others have gone on with. */
  keepsFrom(operation: Operation): boolean {
    if (operation.kind === "delete") return this.#changed.has(operation.mask);
    const reopens = operation.kind === "verdict" && operation.verdict === "pending";
    return reopens && this.has(operation.proposal);
  }
}
