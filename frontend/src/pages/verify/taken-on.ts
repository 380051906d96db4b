/** The accepted masks with which others have gone on: to take an acceptance back would undo that. */

import { touchedMasks } from "@/editor/claims";
import type { Operation } from "@/editor/operations";

export class TakenOn {
  #masks = new Map<string, string>(); // by the proposal that this page accepted
  #touched = new Set<string>(); // masks

  /** This page's own verdicts. */
  noteOwn(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.kind === "verdict" && operation.verdict === "accepted") {
        this.#masks.set(operation.proposal, operation.mask);
      }
    }
  }

  /** What others saved. */
  noteTheirs(theirs: readonly Operation[]): void {
    for (const mask of touchedMasks(theirs)) this.#touched.add(mask);
  }

  has(proposal: string): boolean {
    return this.#touched.has(this.#masks.get(proposal) ?? "");
  }
}
