/** The one store of an image's annotations: commits, undo, redo, and what others did. */

import {
  type Change,
  changesBetween,
  draftsBack,
  isSame,
  type OperationDraft,
} from "@/editor/changes";
import { type History, type Step, UNDO_STEPS } from "@/editor/history";
import {
  type Annotations,
  applyOperations,
  applyUnderstood,
  isOpen,
  type MaskRow,
  type MissedOperation,
  type Operation,
  type ProposalRow,
} from "@/editor/operations";

export type { OperationDraft };

/** `local` changes carry the operations to save; `remote` ones are saved already. */
export interface ChangeSet {
  readonly origin: "local" | "remote";
  readonly changes: readonly Change[];
  readonly operations: readonly Operation[];
}

export class AnnotationStore {
  #annotations: Annotations;
  #undo: Step[] = [];
  #redo: Step[] = [];
  #nextStep = 1;
  #listeners = new Set<(changeSet: ChangeSet) => void>();
  #me: string | null;
  #slot: number | null;

  /** `slot` is the set that new masks are drawn in, where several people do one image. */
  constructor(annotations: Annotations, me: string | null, slot: number | null = null) {
    this.#annotations = annotations;
    this.#me = me;
    this.#slot = slot;
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

  /** What undo and redo would take back. */
  get history(): History {
    return { undo: this.#undo, redo: this.#redo };
  }

  /**
   * Go on with the history of an earlier page.
   *
   * The server shows no deleted masks and no decided proposals; the ones that the history knows
   * come back as such, so that it can bring them to light again.
   */
  restoreHistory({ undo, redo }: History): void {
    this.#undo = [...undo];
    this.#redo = [...redo];
    const there = undeleted(this.#annotations.masks);
    const masks = new Map(this.#annotations.masks);
    const proposals = new Map(this.#annotations.proposals);
    const steps = [...undo, ...redo].sort((a, b) => a.id - b.id);
    this.#nextStep = (steps.at(-1)?.id ?? 0) + 1;
    for (const change of steps.flatMap(({ changes }) => changes)) {
      const { kind, id, after } = change;
      if (kind === "mask" && !this.#annotations.masks.has(id)) {
        masks.set(id, { ...after, isDeleted: true });
      }
      if (kind === "proposal" && !this.#annotations.proposals.has(id)) {
        proposals.set(id, decided(after, there));
      }
    }
    this.#settle({ masks, proposals });
  }

  subscribe(listener: (changeSet: ChangeSet) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Do what a person's gesture asks, as one step of undo. */
  commit(drafts: readonly OperationDraft[]): readonly Operation[] {
    const changeSet = this.#apply(drafts);
    if (changeSet.changes.length > 0) {
      this.#push(this.#undo, changeSet.changes);
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
   * Start again from what the server has, with the local work on top, as far as it can be shown:
   * a mask that others deleted comes back only with the server's answer.
   *
   * It shows no deleted masks and no decided proposals; those known here are kept for undo, and for
   * what waits on this device to be decided once more.
   */
  reload(annotations: Annotations, pending: readonly Operation[]): void {
    const there = undeleted(annotations.masks);
    const masks = new Map(annotations.masks);
    for (const [id, row] of this.#annotations.masks) {
      if (!masks.has(id)) masks.set(id, { ...row, isDeleted: true });
    }
    const proposals = new Map(annotations.proposals);
    for (const [id, row] of this.#annotations.proposals) {
      if (!proposals.has(id)) proposals.set(id, decided(row, there));
    }
    this.#settle(applyUnderstood({ masks, proposals }, pending, this.#me));
  }

  /** Learn of masks that were deleted before this page was loaded, so that they can come back. */
  learn(gone: readonly MaskRow[]): void {
    const unknown = gone.filter(({ id }) => !this.#annotations.masks.has(id));
    if (unknown.length === 0) return;
    const masks = new Map([
      ...this.#annotations.masks,
      ...unknown.map((row) => [row.id, row] as const),
    ]);
    this.#settle({ ...this.#annotations, masks });
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
    const operations = drafts.map(
      (draft) => ({ ...draft, ...this.#setOf(draft), id: crypto.randomUUID() }) as Operation,
    );
    const before = this.#annotations;
    this.#annotations = applyOperations(before, operations, this.#me);
    return { origin: "local", changes: changesBetween(before, this.#annotations), operations };
  }

  #setOf(draft: OperationDraft): { slot?: number } {
    const makesMask = draft.kind === "create" || ("mask" in draft && draft.kind === "verdict");
    return makesMask && this.#slot !== null ? { slot: this.#slot } : {};
  }

  #settle(annotations: Annotations): void {
    const before = this.#annotations;
    this.#annotations = annotations;
    const changes = changesBetween(before, annotations);
    this.#emit({ origin: "remote", changes, operations: [] });
  }

  #push(stack: Step[], changes: readonly Change[]): void {
    stack.push({ id: this.#nextStep, changes });
    this.#nextStep += 1;
    if (stack.length > UNDO_STEPS) stack.shift();
  }

  /** Undo the newest step of one stack and put it on the other. */
  #replay(from: Step[], to: Step[]): readonly Operation[] {
    for (let newest = from.pop(); newest !== undefined; newest = from.pop()) {
      const changeSet = this.#apply(draftsBack(this.#holding(newest), this.#annotations));
      if (changeSet.changes.length === 0) continue; // others changed it all since: nothing to undo
      this.#push(to, changeSet.changes);
      this.#emit(changeSet);
      return changeSet.operations;
    }
    return [];
  }

  /**
   * Of a step, the changes that may be undone: what nobody else has changed since, as their work is
   * not ours to undo, nor what was accepted if they have drawn parts of it. A proposal is opened again
   * only where its mask goes.
   */
  #holding({ changes }: Step): Change[] {
    const { masks, proposals } = this.#annotations;
    const accepted = new Set(
      changes.flatMap(({ kind, after }) => (kind === "proposal" ? (after.made ?? []) : [])),
    );
    const others = undeleted(masks).filter(({ author }) => author !== this.#me);
    const parents = new Set(others.map(({ parent }) => parent));
    const ofMasks = new Map(
      changes.flatMap((change) => (change.kind === "mask" ? [[change.id, change] as const] : [])),
    );
    const holds = (change: Change): boolean => {
      const { kind, id, after } = change;
      const now = kind === "mask" ? masks.get(id) : proposals.get(id);
      const isTakenOn = accepted.has(id) && parents.has(id);
      return now !== undefined && isSame(now, after) && !isTakenOn;
    };
    return changes.filter((change) => {
      const made = change.kind === "proposal" ? ofMasks.get(change.after.made ?? "") : undefined;
      return holds(change) && (made === undefined || holds(made));
    });
  }

  #emit(changeSet: ChangeSet): void {
    for (const listener of this.#listeners) listener(changeSet);
  }
}

/**
 * A proposal that the server does not show, as it has been decided there: as one's own decision, unless
 * the mask that it became here is one by itself there, or it became another one there.
 */
function decided(row: ProposalRow, there: readonly MaskRow[]): ProposalRow {
  if (isOpen(row)) return { ...row, state: "rejected" };
  const { id, made } = row;
  const own = there.find((mask) => mask.id === made);
  const isOwn = own ? own.proposal === id : there.every((mask) => mask.proposal !== id);
  return isOwn ? row : { ...row, made: undefined };
}

function undeleted(masks: Annotations["masks"]): MaskRow[] {
  return [...masks.values()].filter(({ isDeleted }) => !isDeleted);
}
