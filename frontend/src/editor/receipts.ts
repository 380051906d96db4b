/**
 * What became of each operation: the proof, kept on this device, that work was saved or was not.
 *
 * A receipt is written in the transaction that takes its operation out of the outbox, so at any time
 * an operation is in one of the two.
 */

import type { Operation } from "@/editor/operations";

/** Older ones are forgotten; by number, as a clock can be wrong. */
export const RECEIPTS_KEPT = 10_000;

export type Outcome =
  | { readonly kind: "saved"; readonly version: number; readonly revision: number | null }
  | { readonly kind: "saved_before"; readonly version: number } // the first reply was lost
  | { readonly kind: "moot" } // others had made a mask of the proposal, or had changed the mask
  | { readonly kind: "discarded"; readonly reason: string }; // refused, then let go by the person

/** An operation without its pixels and its effort: what it was, and which values it set. */
export interface Deed {
  readonly kind: Operation["kind"];
  readonly mask: string | null;
  readonly proposal: string | null;
  readonly verdict: string | null;
  readonly sets: readonly string[];
}

export interface Receipt {
  readonly seq?: number; // given by the database
  readonly operation_id: string;
  readonly user: number;
  readonly image: number;
  readonly deed: Deed;
  readonly made_at: number | null; // ms since 1970 by this device's clock; null: not noted
  readonly ended_at: number;
  readonly outcome: Outcome;
}

const VALUES = ["rle", "label", "parent", "z", "attributes"] as const;

export function deedOf(operation: Operation): Deed {
  return {
    kind: operation.kind,
    mask: "mask" in operation ? operation.mask : null,
    proposal: ("proposal" in operation ? operation.proposal : null) ?? null,
    verdict: operation.kind === "verdict" ? operation.verdict : null,
    sets: operation.kind === "revise" ? VALUES.filter((value) => value in operation) : [],
  };
}

/** What a save's reply says of one operation. */
export function savedAs(
  operation: Operation,
  version: number,
  masks: readonly { id: string; revision: number }[],
): Outcome {
  const mask = "mask" in operation ? operation.mask : null;
  const revision = masks.find(({ id }) => id === mask)?.revision ?? null;
  return { kind: "saved", version, revision };
}
