/** The one store of an image's annotations: commits, undo, redo, and what others did. */

import {
  type Annotations,
  applyOperations,
  type MaskRow,
  type MissedOperation,
  type Operation,
  type ProposalRow,
} from "@/editor/operations";

type Row = MaskRow | ProposalRow;

/** One row as it was and as it became; null where it was not there. */
export type Change =
  | { kind: "mask"; id: string; before: MaskRow | null; after: MaskRow }
  | { kind: "proposal"; id: string; before: ProposalRow; after: ProposalRow };

/** `local` changes carry the operations to save; `remote` ones are saved already. */
export interface ChangeSet {
  readonly origin: "local" | "remote";
  readonly changes: readonly Change[];
  readonly operations: readonly Operation[];
}

export type OperationDraft = Operation extends infer Kind
  ? Kind extends Operation
    ? Omit<Kind, "id">
    : never
  : never;

export class AnnotationStore {
  #annotations: Annotations;
  #undo: (readonly Change[])[] = [];
  #redo: (readonly Change[])[] = [];
  #listeners = new Set<(changeSet: ChangeSet) => void>();
  #me: string | null;

  constructor(annotations: Annotations, me: string | null) {
    this.#annotations = annotations;
    this.#me = me;
  }

  get annotations(): Annotations {
    return this.#annotations;
  }

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  get canRedo(): boolean {
    return this.#redo.length > 0;
  }

  subscribe(listener: (changeSet: ChangeSet) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Do what a person's gesture asks, as one step of undo. */
  commit(drafts: readonly OperationDraft[]): readonly Operation[] {
    const changeSet = this.#apply(drafts);
    if (changeSet.changes.length > 0) {
      this.#undo.push(changeSet.changes);
      this.#redo = [];
    }
    this.#emit(changeSet);
    return changeSet.operations;
  }

  undo(): readonly Operation[] {
    return this.#replay(this.#undo, this.#redo);
  }

  redo(): readonly Operation[] {
    return this.#replay(this.#redo, this.#undo);
  }

  /** Take in what others saved, and put the local work that is not saved yet back on top. */
  rebase(missed: readonly MissedOperation[], pending: readonly Operation[]): void {
    this.#settle(applyOperations(applyOperations(this.#annotations, missed), pending, this.#me));
  }

  /**
   * Start again from what the server has, with the local work on top.
   *
   * It shows no deleted masks and no decided proposals; those known here are kept for undo.
   */
  reload(annotations: Annotations, pending: readonly Operation[]): void {
    const masks = new Map(annotations.masks);
    for (const [id, row] of this.#annotations.masks) {
      if (!masks.has(id)) masks.set(id, { ...row, isDeleted: true });
    }
    const proposals = new Map(annotations.proposals);
    for (const [id, row] of this.#annotations.proposals) {
      if (!proposals.has(id) && row.state !== "pending") proposals.set(id, row);
    }
    this.#settle(applyOperations({ masks, proposals }, pending, this.#me));
  }

  /** Note the revision numbers of a save. */
  acknowledge(revisions: readonly { id: string; revision: number }[]): void {
    const masks = new Map(this.#annotations.masks);
    for (const { id, revision } of revisions) {
      const row = masks.get(id);
      if (row !== undefined) masks.set(id, { ...row, revision });
    }
    this.#annotations = { ...this.#annotations, masks };
    this.#emit({ origin: "remote", changes: [], operations: [] });
  }

  #apply(drafts: readonly OperationDraft[]): ChangeSet {
    const operations = drafts.map((draft) => ({ ...draft, id: crypto.randomUUID() }) as Operation);
    const before = this.#annotations;
    this.#annotations = applyOperations(before, operations, this.#me);
    return { origin: "local", changes: changesBetween(before, this.#annotations), operations };
  }

  #settle(annotations: Annotations): void {
    const before = this.#annotations;
    this.#annotations = annotations;
    const changes = changesBetween(before, annotations);
    this.#emit({ origin: "remote", changes, operations: [] });
  }

  /** Undo the newest step of one stack and put it on the other. */
  #replay(from: (readonly Change[])[], to: (readonly Change[])[]): readonly Operation[] {
    while (from.length > 0) {
      const step = (from.pop() as readonly Change[]).filter((change) => this.#stillHolds(change));
      const changeSet = this.#apply(draftsBack(step));
      if (changeSet.changes.length === 0) continue; // others changed it all since: nothing to undo
      to.push(changeSet.changes);
      this.#emit(changeSet);
      return changeSet.operations;
    }
    return [];
  }

  /** Undo touches only what nobody else has changed since: their work is not ours to undo. */
  #stillHolds(change: Change): boolean {
    const { masks, proposals } = this.#annotations;
    const now = change.kind === "mask" ? masks.get(change.id) : proposals.get(change.id);
    return now !== undefined && isSame(now, change.after);
  }

  #emit(changeSet: ChangeSet): void {
    for (const listener of this.#listeners) listener(changeSet);
  }
}

/** The operations that lead from `after` back to `before`. */
function draftsBack(changes: readonly Change[]): OperationDraft[] {
  const reopened = new Set(
    changes
      .filter((change) => change.kind === "proposal" && change.before.state === "accepted")
      .map(({ id }) => id),
  );
  const drafts: OperationDraft[] = [];
  for (const change of changes) {
    if (change.kind === "mask")
      drafts.push(...maskDraftsBack(change.before, change.after, reopened));
  }
  for (const { kind, id, before } of changes) {
    // Accepting again is done with the mask, which comes back by it.
    if (kind === "proposal" && before.state !== "accepted") {
      drafts.push({ kind: "verdict", proposal: id, verdict: before.state });
    }
  }
  return drafts;
}

function maskDraftsBack(
  before: MaskRow | null,
  after: MaskRow,
  reopened: ReadonlySet<string>,
): OperationDraft[] {
  const mask = after.id;
  if (before === null || before.isDeleted) return after.isDeleted ? [] : [{ kind: "delete", mask }];
  const { label, rle, parent, proposal } = before;
  if (proposal !== null && reopened.has(proposal)) {
    const accept = { kind: "verdict", proposal, verdict: "accepted", mask, label } as const;
    return [accept, { kind: "revise", mask, label, rle, parent }];
  }
  if (after.isDeleted) return [{ kind: "revise", mask, label, rle, parent }];
  return [
    {
      kind: "revise",
      mask,
      ...(label === after.label ? {} : { label }),
      ...(parent === after.parent ? {} : { parent }),
      ...(isSameRLE(before, after) ? {} : { rle }),
    },
  ];
}

function changesBetween(before: Annotations, after: Annotations): Change[] {
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

function isSame(a: Row, b: Row): boolean {
  if (a === b) return true;
  if ("state" in a || "state" in b) return "state" in a && "state" in b && a.state === b.state;
  if (a.isDeleted && b.isDeleted) return true; // what a deleted mask was like shows nowhere
  return (
    a.label === b.label && a.parent === b.parent && a.isDeleted === b.isDeleted && isSameRLE(a, b)
  );
}

function isSameRLE(a: Row, b: Row): boolean {
  return a.rle === b.rle || a.rle.counts === b.rle.counts;
}
