/** The calls of the verifying page. */

import { client, read } from "@/api/client";
import type { components } from "@/api/schema";
import type { Claim } from "@/pages/annotate/api";

export type ProposalToVerify = components["schemas"]["ProposalToVerify"];
export type ImageToVerify = components["schemas"]["ImageToVerify"];

export interface VerifyBatch {
  readonly proposals: readonly ProposalToVerify[];
  readonly images: readonly ImageToVerify[];
  readonly assignments: readonly Claim[];
  readonly left: number; // besides these and the known ones
}

/** One label's proposals; null: those without a label; undefined: all of them. */
export type Narrowing = number | null | undefined;

/** The next twenty proposals. Their images are claimed. */
export function claimProposals(
  project_id: number,
  known: readonly string[],
  label: Narrowing,
): Promise<VerifyBatch> {
  const params = { path: { project_id } };
  const body = { known: [...known], ...(label === undefined ? {} : { label }) };
  return read(client.POST("/api/projects/{project_id}/verify", { params, body }));
}
