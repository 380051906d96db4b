/** Verdicts on proposals, and the operations that they are. */

import type { AttributeChanges } from "@/editor/attributes";
import type { Effort, LabelId, Operation } from "@/editor/operations";
import type { ImageToVerify, ProposalToVerify } from "./api";

export type Verdict = "accepted" | "rejected" | "needs_work" | "not_sure";

export interface VerifyItem {
  readonly proposal: ProposalToVerify;
  readonly image: ImageToVerify;
  readonly mask: string; // what an acceptance makes
}

export interface Decision {
  readonly item: VerifyItem;
  readonly verdict: Verdict;
}

/** What an acceptance gives the mask. */
export interface Acceptance {
  readonly label: LabelId | null;
  readonly attributes?: AttributeChanges;
}

export function operationFor(
  { item, verdict }: Decision,
  accept: () => Acceptance,
  effort: Effort | undefined,
): Operation {
  const common = {
    id: crypto.randomUUID(),
    kind: "verdict",
    proposal: item.proposal.id,
  } as const;
  if (verdict !== "accepted") return { ...common, verdict, effort };
  return { ...common, verdict, mask: item.mask, ...accept(), effort };
}

/** What takes a verdict back. The first of a step carries what the step's undo cost. */
export function operationsBack(
  { proposal, mask }: VerifyItem,
  verdict: Verdict,
  index: number,
  spent: Effort,
): Operation[] {
  const effort = index === 0 ? { effort: spent } : {};
  const reopen = { kind: "verdict", proposal: proposal.id, verdict: "pending" } as const;
  const back: Operation = { id: crypto.randomUUID(), ...reopen, ...effort };
  if (verdict !== "accepted") return [back];
  return [{ id: crypto.randomUUID(), kind: "delete", mask }, back];
}
