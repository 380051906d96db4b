/**
 * Saves one image's operations: first on this device, then on the server.
 *
 * One save is in flight at a time. An operation leaves the device only when the server has answered
 * that it holds it; until then it is sent again, with the same id, after any lost reply, reload,
 * login or offline spell.
 */

import {
  acceptedProposal,
  isMoot,
  overtakenUndos,
  proposalOf,
  withoutProposal,
} from "@/editor/claims";
import type { MissedOperation, Operation } from "@/editor/operations";
import type { OutboxDatabase } from "@/editor/outbox-db";
import { type Outcome, savedAs } from "@/editor/receipts";
import type { RLE } from "@/editor/rle";
import type { Schedule } from "@/editor/schedule";

/** What a save came to, as the API client reads it from the reply. */
export type SaveReply =
  | { kind: "saved"; version: number; masks: readonly { id: string; revision: number }[] }
  | { kind: "stale"; version: number; missed: readonly MissedOperation[] }
  | { kind: "login" }
  | { kind: "unreachable" } // no reply, or one that says "later"
  | { kind: "gone" } // the project was deleted, or is no longer this person's: it may come back
  | { kind: "decided"; reason: string } // others made a mask of its proposal
  | { kind: "refused"; reason: string };

export type Save = (
  image: number,
  version: number,
  operations: readonly Operation[],
) => Promise<SaveReply>;

/**
 * saved: the server has all of it. device: this device has it. writing: it is on the way to this
 * device's disk. unprotected: this device would not store it, only this page holds it.
 */
export type SaveState = "saved" | "device" | "writing" | "unprotected";
export type SaveHindrance = "none" | "offline" | "login" | "gone" | "refused";

export interface OutboxStatus {
  readonly state: SaveState;
  readonly hindrance: SaveHindrance;
  readonly waiting: number;
  readonly refused: readonly { operation: Operation; reason: string }[];
}

export interface OutboxEvents {
  onStatus(status: OutboxStatus): void;
  onSaved(revisions: readonly { id: string; revision: number }[], version: number): void;
  /**
   * Others saved `missed` first, and operations from here whose replies were lost are among them, in
   * their places; `pending` is what this device still has to save on top.
   */
  onRebase(missed: readonly MissedOperation[], pending: readonly Operation[]): void;
  /** Before that: what others alone saved, and the proposals of which nothing is undone any more. */
  onOthers?(theirs: readonly MissedOperation[], overtaken: readonly string[]): void;
  /** Proposals have been decided by others, of which no missed operation told. */
  onTaken?(proposals: readonly string[]): void;
  /**
   * The server may hold what this page has never shown, and is to be looked at again: all that earlier
   * pages left here has been answered, which it may have had before this page looked, with others' work
   * on top; or, `isUntold`, the image has changed by what no operation tells of, as by an import, or
   * something from here gave way to others.
   */
  onUnseen(isUntold: boolean): void;
}

export interface OutboxOptions {
  readonly image: number;
  readonly user: number;
  readonly version: number;
  readonly db: OutboxDatabase;
  readonly save: Save;
  readonly schedule: Schedule;
  /** What a proposal looks like. */
  readonly rleOf: (proposal: string) => RLE | null;
  readonly events: OutboxEvents;
}

const MAX_BATCH = 100;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

export class ImageOutbox {
  #options: OutboxOptions;
  #version: number;
  #pending: Operation[] = [];
  #leftovers = new Set<string>();
  #refused: { operation: Operation; reason: string }[] = [];
  /** What the proposals look like that an earlier page accepted. */
  #accepted: ReadonlyMap<string, RLE> = new Map();
  #writing = new Set<string>();
  #unstored = new Set<string>();
  #hindrance: SaveHindrance = "none";
  #isSending = false;
  #isClosed = false;
  #batchSize = MAX_BATCH;
  #failures = 0;
  #cancelRetry: () => void = () => undefined;
  #waiters: (() => void)[] = [];

  private constructor(options: OutboxOptions) {
    this.#options = options;
    this.#version = options.version;
  }

  /** Take up what an earlier page left on this device. Nothing is sent before `resume`. */
  static async open(options: OutboxOptions): Promise<ImageOutbox> {
    const outbox = new ImageOutbox(options);
    await outbox.takeUp(options.version);
    return outbox;
  }

  /**
   * Begin with what this device holds by now: another page saved this image until `version`. What
   * it holds may have been made before that: then the server tells what its page never saw.
   */
  async takeUp(version: number): Promise<void> {
    const { db, user, image } = this.#options;
    const rows = await db.rows(user, image);
    const waiting = rows.filter(({ refusal }) => refusal === null);
    this.#version = Math.min(version, waiting[0]?.version ?? version);
    this.#pending = waiting.map(({ operation }) => operation);
    this.#refused = rows.flatMap(({ operation, refusal }) =>
      refusal === null ? [] : [{ operation, reason: refusal }],
    );
    this.#accepted = new Map(
      waiting.flatMap(({ operation, rle }) =>
        rle ? acceptedProposal(operation).map((proposal) => [proposal, rle] as const) : [],
      ),
    );
    this.#leftovers = new Set(this.#pending.map(({ id }) => id));
    this.#report();
  }

  get pending(): readonly Operation[] {
    return this.#pending;
  }

  get version(): number {
    return this.#version;
  }

  get status(): OutboxStatus {
    return {
      state: this.#state(),
      hindrance: this.#refused.length > 0 ? "refused" : this.#hindrance,
      waiting: this.#pending.length,
      refused: this.#refused,
    };
  }

  /** Keep operations on this device and send them. Resolves when they are on its disk. */
  async push(operations: readonly Operation[]): Promise<void> {
    if (operations.length === 0) return;
    const { image, user, db, rleOf } = this.#options;
    const version = this.#version;
    this.#pending.push(...operations);
    for (const { id } of operations) this.#writing.add(id);
    this.#report();
    try {
      await db.add(
        operations.map((operation) => ({
          operation,
          operation_id: operation.id,
          image,
          user,
          refusal: null,
          made_at: Date.now(),
          version,
          rle: operation.kind === "verdict" ? acceptedProposal(operation).map(rleOf)[0] : null,
        })),
      );
    } catch (error) {
      // A full disk or a private window: the page says so, and the server may still take them.
      if (!(error instanceof DOMException)) throw error;
      for (const { id } of operations) this.#unstored.add(id);
    }
    for (const { id } of operations) this.#writing.delete(id);
    this.#report();
    this.resume();
  }

  /** Send now: after opening, a login, or the return of the network. */
  resume(): void {
    this.#cancelRetry();
    this.#failures = 0;
    void this.#send();
  }

  /** Resolves once the server has everything. */
  async whenSaved(): Promise<void> {
    if (this.#pending.length === 0) return;
    await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** Let go of what the server refused, after the person has read why. */
  async discardRefused(): Promise<void> {
    const reasons = new Map(this.#refused.map(({ operation, reason }) => [operation, reason]));
    this.#refused = [];
    await this.#settle([...reasons.keys()], (operation) => ({
      kind: "discarded",
      reason: reasons.get(operation) ?? "",
    }));
    this.#report();
  }

  /** Stop sending. What waits stays on this device. */
  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
  }

  #state(): SaveState {
    if (this.#pending.length === 0) return "saved";
    if (this.#unstored.size > 0) return "unprotected";
    return this.#writing.size > 0 ? "writing" : "device";
  }

  async #send(): Promise<void> {
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    try {
      let goesOn = true;
      while (goesOn && this.#pending.length > 0 && !this.#isClosed) {
        const batch = this.#pending.slice(0, this.#batchSize);
        const reply = await this.#options.save(this.#options.image, this.#version, batch);
        goesOn = !this.#isClosed && (await this.#take(reply, batch));
        this.#report();
        this.#countLeftovers();
      }
    } finally {
      this.#isSending = false;
    }
    if (this.#pending.length === 0) for (const wake of this.#waiters.splice(0)) wake();
  }

  /** Act on a reply; true when sending goes on at once. */
  async #take(reply: SaveReply, batch: readonly Operation[]): Promise<boolean> {
    switch (reply.kind) {
      case "saved": {
        const isUntold = reply.version > this.#version + 1;
        this.#version = reply.version;
        this.#hindrance = "none";
        this.#batchSize = Math.min(this.#batchSize * 2, MAX_BATCH);
        await this.#settle(batch, (each) => savedAs(each, reply.version, reply.masks));
        this.#options.events.onSaved(reply.masks, reply.version);
        if (isUntold) this.#options.events.onUnseen(true);
        return true;
      }
      case "stale":
        await this.rebase(reply.version, reply.missed);
        return true;
      case "login":
        this.#hindrance = "login";
        return false;
      case "unreachable":
        this.#hindrance = "offline";
        this.#retryLater();
        return false;
      case "gone":
        this.#hindrance = "gone";
        this.#retryLater();
        return false;
      case "decided":
        return this.#giveWay(batch, reply.reason);
      case "refused":
        return this.#park(batch, reply.reason);
    }
  }

  /** Go on from what others saved, which a refusal handed on. */
  async rebase(version: number, missed: readonly MissedOperation[]): Promise<void> {
    const isUntold = version > this.#version + savesSince(this.#version, missed);
    const own = new Set(this.#pending.map(({ id }) => id));
    const fromOthers = missed.filter(({ id }) => !own.has(id));
    // What of ours is among them was saved earlier and its reply was lost.
    await this.#settle(
      missed.filter(({ id }) => own.has(id)),
      ({ image_version }) => ({ kind: "saved_before", version: image_version }),
    );
    const { proposals, operations } = overtakenUndos(this.#pending, fromOthers);
    this.#version = version;
    this.#hindrance = "none";
    this.#options.events.onOthers?.(fromOthers, [...proposals]);
    const taken = new Set([...fromOthers.flatMap(acceptedProposal), ...proposals]);
    const stored = this.#yield(taken, operations);
    this.#options.events.onRebase(missed, this.#pending);
    await stored;
    // A page that shows what was overtaken as done cannot tell from `missed` what came of it.
    if (isUntold || proposals.size > 0) this.#options.events.onUnseen(true);
  }

  #countLeftovers(): void {
    if (this.#leftovers.size === 0) return;
    this.#leftovers = new Set(
      this.#pending.map(({ id }) => id).filter((id) => this.#leftovers.has(id)),
    );
    if (this.#leftovers.size === 0) this.#options.events.onUnseen(false);
  }

  /**
   * There are masks of proposals: ours of the same ones are kept as masks of their own, and what
   * decides against them comes to nothing, as do `operations`, by their ids. What is pending is so at
   * once, before a gesture comes in between; the promise is of the disk.
   */
  #yield(taken: ReadonlySet<string>, operations: ReadonlySet<string>): Promise<unknown> {
    const rleOf = (proposal: string): RLE | null =>
      this.#accepted.get(proposal) ?? this.#options.rleOf(proposal);
    const moot = this.#pending.filter((each) => isMoot(each, taken) || operations.has(each.id));
    const settled = this.#settle(moot, () => ({ kind: "moot" }));
    const updates: Promise<void>[] = [];
    this.#pending = this.#pending.map((operation) => {
      const isTaken = acceptedProposal(operation).some((proposal) => taken.has(proposal));
      const own = isTaken ? withoutProposal(operation, rleOf) : operation;
      if (own !== operation) updates.push(unlessBroken(this.#options.db.update(own, null)));
      return own;
    });
    return Promise.all([settled, ...updates]);
  }

  /** Yield to a decision of which no missed operation told, as one made while this page was away. */
  async #giveWay(batch: readonly Operation[], reason: string): Promise<boolean> {
    const [operation] = batch;
    if (batch.length > 1 || operation === undefined) return this.#park(batch, reason);
    const taken = proposalOf(operation);
    const stored = this.#yield(new Set(taken), new Set());
    if (this.#pending.includes(operation)) return this.#park(batch, reason);
    this.#hindrance = "none";
    this.#options.events.onTaken?.(taken);
    await stored;
    this.#options.events.onUnseen(true);
    return true;
  }

  /** The server will not have the batch: find the operation it is about, and set it aside. */
  async #park(batch: readonly Operation[], reason: string): Promise<boolean> {
    if (batch.length > 1) {
      this.#batchSize = 1;
      return true;
    }
    const [operation] = batch;
    if (operation === undefined) return false;
    const { db, user, image } = this.#options;
    await unlessBroken(db.update(operation, reason));
    await unlessBroken(db.settle([user, image], [], this.#version)); // what is first by now
    this.#pending = this.#pending.filter(({ id }) => id !== operation.id);
    this.#refused.push({ operation, reason });
    return true;
  }

  /** Operations have come to their end: a receipt is what stays of each on this device. */
  async #settle<T extends Operation>(
    ended: readonly T[],
    outcomeOf: (operation: T) => Outcome,
  ): Promise<void> {
    const { db, user, image } = this.#options;
    const gone = new Set(ended.map(({ id }) => id));
    this.#pending = this.#pending.filter(({ id }) => !gone.has(id));
    for (const id of gone) this.#unstored.delete(id);
    try {
      const outcomes = ended.map((operation) => ({ operation, outcome: outcomeOf(operation) }));
      await db.settle([user, image], outcomes, this.#version);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      await unlessBroken(db.remove([...gone]));
    }
  }

  #retryLater(): void {
    const delay_ms = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
    this.#failures += 1;
    this.#cancelRetry();
    this.#cancelRetry = this.#options.schedule(() => void this.#send(), delay_ms);
  }

  #report(): void {
    this.#options.events.onStatus(this.status);
  }
}

/** Count the saves after a version, each of which raised it by one. */
function savesSince(version: number, missed: readonly MissedOperation[]): number {
  const later = missed.map(({ image_version }) => image_version).filter((each) => each > version);
  return new Set(later).size;
}

/** A full disk, or a database that a newer page has closed: the open page goes on without it. */
async function unlessBroken(written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
