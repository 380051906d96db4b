/**
 * Others made a mask of a proposal first: one's own is one by itself, and a rejection is moot. Or
 * they went on with the mask that one made of it: to take that back is moot.
 */

import { isOpen, type Operation } from "@/editor/operations";
import type { RLE } from "@/editor/rle";

/** The proposal that an operation makes a mask of, if any. */
export function acceptedProposal(operation: Operation): string[] {
  if (operation.kind === "verdict" && operation.verdict === "accepted") return [operation.proposal];
  if (operation.kind === "create" && operation.proposal !== undefined) return [operation.proposal];
  return [];
}

/** Whether it decides against proposals that others have made masks of. */
export function isMoot(operation: Operation, taken: ReadonlySet<string>): boolean {
  return (
    operation.kind === "verdict" &&
    operation.verdict !== "accepted" &&
    taken.has(operation.proposal)
  );
}

/** The proposal that an operation speaks of, if any. */
export function proposalOf(operation: Operation): string[] {
  return "proposal" in operation && operation.proposal ? [operation.proposal] : [];
}

/** The masks with which operations go on: what they change, describe or draw parts of. */
export function touchedMasks(operations: readonly Operation[]): Set<string> {
  return new Set(
    operations.flatMap((operation) => {
      const parent = "parent" in operation && operation.parent ? [operation.parent] : [];
      const goesOn = operation.kind !== "verdict" && operation.kind !== "create";
      return goesOn ? [operation.mask, ...parent] : parent;
    }),
  );
}

/** What gives way where others have gone on with the mask of an acceptance that was taken back. */
export interface Overtaken {
  /** Whose acceptances stand: what decides on them after is about what has been decided. */
  readonly proposals: ReadonlySet<string>;
  /** The ids of what changes their masks and has come to nothing. */
  readonly operations: ReadonlySet<string>;
}

/**
 * What of `pending` would take an acceptance back, a deletion and the proposal's reopening, though
 * others have gone on with its mask; and the redo of it, which is an acceptance as the same mask and
 * the values that it had.
 */
export function overtakenUndos(
  pending: readonly Operation[],
  theirs: readonly Operation[],
): Overtaken {
  const touched = touchedMasks(theirs);
  const standing = new Map<string, string>(); // masks by their proposals
  const operations = new Set<string>();
  for (const [index, operation] of pending.entries()) {
    const next = pending[index + 1];
    const isUndo =
      operation.kind === "delete" && next?.kind === "verdict" && isOpen({ state: next.verdict });
    if (isUndo && touched.has(operation.mask)) {
      standing.set(next.proposal, operation.mask);
      operations.add(operation.id);
    }
    if (operation.kind !== "verdict" || operation.verdict !== "accepted") continue;
    if (standing.get(operation.proposal) !== operation.mask) continue;
    operations.add(operation.id);
    if (next?.kind === "revise" && next.mask === operation.mask) operations.add(next.id);
  }
  return { proposals: new Set(standing.keys()), operations };
}

/** The operation that makes the same mask, from no proposal. */
export function withoutProposal(
  operation: Operation,
  rleOf: (proposal: string) => RLE | null,
): Operation {
  if (operation.kind === "create") {
    const { proposal: _, ...own } = operation;
    return own;
  }
  if (operation.kind !== "verdict" || operation.verdict !== "accepted") return operation;
  const { id, mask, label, attributes, proposal, effort } = operation;
  const rle = rleOf(proposal);
  return rle === null ? operation : { id, kind: "create", mask, label, attributes, rle, effort };
}
