/** The rows of the receipts: what waits, what was refused, what has ended; in words and as a file. */

import type { OutboxRow } from "@/editor/outbox-db";
import { type Deed, deedOf, type Outcome, type Receipt } from "@/editor/receipts";

/** How it stands with an operation. */
export type Standing = Outcome | { kind: "waiting" } | { kind: "refused"; reason: string };

export interface Entry {
  readonly id: string; // the operation's, which the server keeps too
  readonly image: number;
  readonly deed: Deed;
  readonly made_at: number | null;
  readonly ended_at: number | null;
  readonly standing: Standing;
}

/** What is still on its way comes first, then the newest. */
export function entriesOf(rows: readonly OutboxRow[], receipts: readonly Receipt[]): Entry[] {
  const open = rows.map(({ operation, image, refusal, made_at }): Entry => {
    const standing: Standing =
      refusal === null ? { kind: "waiting" } : { kind: "refused", reason: refusal };
    const ended_at = null;
    return {
      ...{ id: operation.id, image, deed: deedOf(operation), ended_at, standing },
      made_at: made_at ?? null,
    };
  });
  const ended = receipts.map(({ operation_id, image, deed, made_at, ended_at, outcome }) => ({
    ...{ id: operation_id, image, deed, made_at, ended_at },
    standing: outcome,
  }));
  return [...open.reverse(), ...ended];
}

const VALUE_WORDS: Readonly<Record<string, string>> = {
  rle: "outline",
  label: "label",
  parent: "place in the tree",
  z: "place above others",
  attributes: "attributes",
};

const VERDICT_WORDS: Readonly<Record<string, string>> = {
  accepted: "Proposal accepted",
  rejected: "Proposal rejected",
  needs_work: "Proposal sent on to be corrected",
  not_sure: "Proposal left to somebody else",
  pending: "Verdict taken back",
};

/** "New mask", "Outline and label changed". */
export function deedWords({ kind, proposal, verdict, sets }: Deed): string {
  switch (kind) {
    case "create":
      return proposal === null ? "New mask" : "Proposal corrected and accepted";
    case "delete":
      return "Mask deleted";
    case "caption":
      return "Caption of a mask";
    case "verdict":
      return VERDICT_WORDS[verdict ?? ""] ?? "Verdict";
    case "revise": {
      const values = sets.map((value) => VALUE_WORDS[value] ?? value);
      const text = new Intl.ListFormat("en").format(values);
      return text === "" ? "Mask saved again" : `${text[0]?.toUpperCase()}${text.slice(1)} changed`;
    }
  }
}

/** What the server answered, or why it has not. */
export function standingWords(standing: Standing): string {
  switch (standing.kind) {
    case "waiting":
      return "Waits on this device";
    case "refused":
      return `Refused: ${standing.reason}`;
    case "saved": {
      const { version, revision } = standing;
      const mask = revision === null ? "" : ` · mask revision ${revision}`;
      return `Saved · image version ${version}${mask}`;
    }
    case "saved_before":
      return `Saved · image version ${standing.version} · its first reply was lost`;
    case "moot":
      return "Not needed: somebody else had made a mask of the proposal, or gone on with it";
    case "discarded":
      return `Refused, then discarded here: ${standing.reason}`;
  }
}

/** The entries as a file that can be laid beside the server's log of operations. */
export function fileOf(entries: readonly Entry[], user: string, now = new Date()): string {
  const iso = (at: number | null): string | null =>
    at === null ? null : new Date(at).toISOString();
  const operations = entries.map(({ id, image, deed, made_at, ended_at, standing }) => {
    const { kind: outcome, ...answer } = standing;
    return {
      id,
      image,
      ...deed,
      made_at: iso(made_at),
      ended_at: iso(ended_at),
      outcome,
      ...answer,
    };
  });
  return JSON.stringify({ written_at: now.toISOString(), user, operations }, null, 2);
}
