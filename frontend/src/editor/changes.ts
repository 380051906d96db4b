/** What a gesture changed, row by row, and the operations that lead back. */

import {
  type Attributes,
  changesOfAttributes,
  NO_ATTRIBUTES,
  settingAttributes,
} from "@/editor/attributes";
import type { Annotations, MaskRow, Operation, ProposalRow } from "@/editor/operations";

type Row = MaskRow | ProposalRow;
type OpenVerdict = Exclude<ProposalRow["state"], "accepted">;

/** One row as it was and as it became; null where it was not there. */
export type Change =
  | { kind: "mask"; id: string; before: MaskRow | null; after: MaskRow }
  | { kind: "proposal"; id: string; before: ProposalRow; after: ProposalRow };

/** An operation that has no id yet. */
export type OperationDraft = Operation extends infer Kind
  ? Kind extends Operation
    ? Omit<Kind, "id">
    : never
  : never;

/** The operations that lead from `now`, which is like `after`, back to `before`. */
export function draftsBack(changes: readonly Change[], now: Annotations): OperationDraft[] {
  const reopened = new Set(
    changes
      .filter((change) => change.kind === "proposal" && change.before.state === "accepted")
      .map(({ id }) => id),
  );
  // Accepting again is done with the mask, which comes back by it.
  const verdicts = new Map(
    changes.flatMap(({ kind, id, before }) =>
      kind === "proposal" && before.state !== "accepted" ? [[id, before.state] as const] : [],
    ),
  );
  const drafts: OperationDraft[] = [];
  for (const change of changes) {
    if (change.kind !== "mask") continue;
    // A deleted mask may hold other values than it did then: that shows nowhere until it is back.
    const values = now.masks.get(change.id)?.attributes ?? NO_ATTRIBUTES;
    drafts.push(...maskDraftsBack(change.before, change.after, values, reopened));
    drafts.push(...verdictBack(change.after.proposal, verdicts)); // beside its mask: `overtakenUndos`
  }
  return [...drafts, ...[...verdicts.keys()].flatMap((id) => verdictBack(id, verdicts))];
}

/** Decide a proposal as before, if that is among `verdicts` and not done yet. */
function verdictBack(
  proposal: string | null,
  verdicts: Map<string, OpenVerdict>,
): OperationDraft[] {
  const verdict = verdicts.get(proposal ?? "");
  if (proposal === null || verdict === undefined) return [];
  verdicts.delete(proposal);
  return [{ kind: "verdict", proposal, verdict }];
}

function maskDraftsBack(
  before: MaskRow | null,
  after: MaskRow,
  values: Attributes,
  reopened: ReadonlySet<string>,
): OperationDraft[] {
  const mask = after.id;
  if (before === null || before.isDeleted) return after.isDeleted ? [] : [{ kind: "delete", mask }];
  const { label, rle, parent, z, proposal } = before;
  const aside = before.isAside === after.isAside ? {} : { aside: before.isAside };
  const attributes = settingAttributes(values, before.attributes);
  if (proposal !== null && reopened.has(proposal)) {
    const accept = { kind: "verdict", proposal, verdict: "accepted", mask, label } as const;
    return [accept, { kind: "revise", mask, label, rle, parent, z, ...attributes }];
  }
  if (after.isDeleted) {
    return [{ kind: "revise", mask, label, rle, parent, z, ...attributes, ...aside }];
  }
  const changed = {
    ...(label === after.label ? {} : { label }),
    ...(parent === after.parent ? {} : { parent }),
    ...(z === after.z ? {} : { z }),
    ...(isSameRLE(before, after) ? {} : { rle }),
    ...attributes,
    ...aside,
  };
  const said = before.caption === after.caption ? [] : [captionBack(before)];
  const isOnlySaid = said.length > 0 && Object.keys(changed).length === 0;
  return isOnlySaid ? said : [{ kind: "revise", mask, ...changed }, ...said];
}

function captionBack({ id: mask, caption: text, caption_recording }: MaskRow): OperationDraft {
  const spoken = caption_recording ? { recording: caption_recording } : {};
  return { kind: "caption", mask, text, ...spoken };
}

export function changesBetween(before: Annotations, after: Annotations): Change[] {
  const changes: Change[] = [];
  for (const [id, row] of after.masks) {
    const old = before.masks.get(id) ?? null;
    if (old === null || !isSame(old, row))
      changes.push({ kind: "mask", id, before: old, after: row });
  }
  for (const [id, row] of after.proposals) {
    const old = before.proposals.get(id);
    if (old !== undefined && !isSame(old, row)) {
      changes.push({ kind: "proposal", id, before: old, after: row });
    }
  }
  return changes;
}

export function isSame(a: Row, b: Row): boolean {
  if (a === b) return true;
  if ("state" in a || "state" in b) {
    return "state" in a && "state" in b && a.state === b.state && a.made === b.made;
  }
  if (a.isDeleted && b.isDeleted) return true; // what a deleted mask was like shows nowhere
  if (a.isDeleted !== b.isDeleted || a.isAside !== b.isAside) return false;
  return (
    a.label === b.label &&
    a.parent === b.parent &&
    a.z === b.z &&
    a.caption === b.caption &&
    changesOfAttributes(a.attributes, b.attributes) === null &&
    isSameRLE(a, b)
  );
}

function isSameRLE(a: Row, b: Row): boolean {
  return a.rle === b.rle || a.rle.counts === b.rle.counts;
}
