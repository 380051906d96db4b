/** The saving half of the API in memory, with the rules of DESIGN's Saving section. */

import {
  type Annotations,
  applyOperations,
  isOpen,
  type MissedOperation,
  type Operation,
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
    const reason = fresh
      .map((operation) => this.#refusal(operation, author))
      .find((text) => text !== null);
    if (reason !== undefined && reason !== null) return { kind: "refused", reason };
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

  #refusal(operation: Operation, author: string): string | null {
    const { masks, proposals } = this.annotations;
    if (operation.kind === "verdict") {
      if (proposals.get(operation.proposal)?.state !== "accepted") return null;
      const made = [...masks.values()].find(({ proposal }) => proposal === operation.proposal);
      const isOwn = made?.author === author || made?.isDeleted === true;
      return operation.verdict !== "accepted" && isOwn ? null : "already decided";
    }
    if (operation.kind === "create") {
      return masks.get(operation.mask)?.isDeleted === false ? "the mask exists" : null;
    }
    return masks.has(operation.mask) ? null : "no such mask";
  }
}
