/** Others made a mask of a proposal first: one's own is one by itself, and a rejection is moot. */

import type { Operation } from "@/editor/operations";
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
