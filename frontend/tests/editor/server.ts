/** The saving half of the API in memory, with the rules of DESIGN's Saving section. */

import { proposalOf } from "@/editor/claims";
import {
  type Annotations,
  applyOperations,
  isOpen,
  type MissedOperation,
  type Operation,
  type ProposalRow,
} from "@/editor/operations";
import type { Save, SaveReply } from "@/editor/outbox";

export class SaveServer {
  version = 0;
  annotations: Annotations;
  readonly log: MissedOperation[] = [];
  saves = 0;

  constructor(annotations: Annotations) {
    this.annotations = annotations;
  }

  /** How one person's page reaches the server. */
  saveAs(author: string): Save {
    return async (_image, version, operations) => this.#save(author, version, operations);
  }

  #save(author: string, expected: number, operations: readonly Operation[]): SaveReply {
    this.saves += 1;
    const known = new Set(this.log.map(({ id }) => id));
    const fresh = operations.filter(({ id }) => !known.has(id));
    const missed = this.log.filter(({ image_version }) => image_version > expected);
    const resent = new Set(operations.map(({ id }) => id));
    const isNews = missed.some(({ id }) => !resent.has(id));
    if (isNews || (fresh.length > 0 && expected !== this.version)) {
      return { kind: "stale", version: this.version, missed };
    }
    if (fresh.length === 0) return this.#saved();
    const refusals = fresh.flatMap((operation) => this.#refusal(operation, author) ?? []);
    if (refusals[0] !== undefined) return refusals[0];
    this.version += 1;
    const image_version = this.version;
    const logged = fresh.map((operation) => ({ ...operation, author, image_version }));
    this.annotations = applyOperations(this.annotations, logged);
    this.log.push(...logged);
    return this.#saved();
  }

  /** What a page gets that opens the image: no deleted masks, no decided proposals. */
  get shown(): Annotations {
    const { masks, proposals } = this.annotations;
    return {
      masks: new Map([...masks].filter(([, { isDeleted }]) => !isDeleted)),
      proposals: new Map([...proposals].filter(([, row]) => isOpen(row))),
    };
  }

  #saved(): SaveReply {
    const masks = [...this.annotations.masks.values()].map(({ id, revision }) => ({
      id,
      revision,
    }));
    return { kind: "saved", version: this.version, masks };
  }

  #refusal(operation: Operation, author: string): SaveReply | null {
    const { masks } = this.annotations;
    if (this.#isTaken(operation, author)) return { kind: "decided", reason: "already decided" };
    if (operation.kind === "verdict") return null;
    const isThere = masks.get(operation.mask)?.isDeleted === false;
    if (operation.kind === "create") {
      return isThere ? { kind: "refused", reason: "the mask exists" } : null;
    }
    return masks.has(operation.mask) ? null : { kind: "refused", reason: "no such mask" };
  }

  /** Whether its proposal has become another mask, or one that is somebody else's. */
  #isTaken(operation: Operation, author: string): boolean {
    const { masks, proposals } = this.annotations;
    const row = proposals.get(proposalOf(operation)[0] ?? "");
    if (row?.state !== "accepted" || row.made === undefined) return false;
    if ("mask" in operation) return row.made !== operation.mask;
    const made = masks.get(row.made);
    return made?.isDeleted === false && this.#decidedBy(row) !== author;
  }

  #decidedBy({ id, made }: ProposalRow): string | null {
    const decisions = this.log.filter(
      (each) => "mask" in each && each.mask === made && proposalOf(each).includes(id),
    );
    return decisions.at(-1)?.author ?? null;
  }
}
