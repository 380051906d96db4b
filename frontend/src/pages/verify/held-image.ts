/** One image whose proposals are being verified: its outbox, its lock, its lease. */

import { proposalOf } from "@/editor/claims";
import type { Operation } from "@/editor/operations";
import { ImageOutbox, type OutboxStatus, type Save } from "@/editor/outbox";
import type { OutboxDatabase, Place } from "@/editor/outbox-db";
import type { RLE } from "@/editor/rle";
import type { Schedule } from "@/editor/schedule";
import { SecondsKeeper } from "@/editor/seconds-keeper";
import type { WriterLock } from "@/editor/writer-lock";
import type { ImageToVerify } from "./api";
import { TakenOn } from "./taken-on";

/** What the page needs from outside to hold an image. */
export interface Holding {
  readonly user: number;
  readonly db: OutboxDatabase;
  readonly save: Save;
  readonly schedule: Schedule;
  /** Null when another page of this person has the image. */
  takeLock(image: number): Promise<WriterLock | null>;
  release(place: Place, active_s: number): Promise<unknown>;
}

export interface HeldImageOptions extends Holding {
  readonly image: ImageToVerify;
  readonly place: Place;
  rleOf(proposal: string): RLE | null;
  onStatus(): void;
  /** Others have decided these proposals. */
  onDecided(proposals: readonly string[]): void;
  /** Verdicts on these stand, though they were taken back: others have changed what they made. */
  onKept(proposals: readonly string[]): void;
}

const SAVE_PATIENCE_MS = 10_000;

export class HeldImage {
  readonly place: Place;
  readonly outbox: ImageOutbox;
  #options: HeldImageOptions;
  #lock: WriterLock;
  #active_s: number;
  #seconds: SecondsKeeper;
  #takenOn: TakenOn;

  private constructor(
    options: HeldImageOptions,
    lock: WriterLock,
    outbox: ImageOutbox,
    active_s: number,
    takenOn: TakenOn,
  ) {
    this.#takenOn = takenOn;
    this.place = options.place;
    this.outbox = outbox;
    this.#options = options;
    this.#lock = lock;
    this.#active_s = active_s;
    this.#seconds = new SecondsKeeper(options.db, options.place, active_s);
  }

  /** Null when another page of this person has the image open. */
  static async open(options: HeldImageOptions): Promise<HeldImage | null> {
    const { image, user, db, save, schedule, place } = options;
    const lock = await options.takeLock(image.id);
    if (lock === null) return null;
    const active_s = await db.activeSeconds(place);
    const takenOn = new TakenOn();
    const onDecided = (proposals: readonly string[]): void => {
      const ours = new Set(outbox.pending.flatMap(proposalOf)); // to be sent, it has the last word
      options.onDecided(proposals.filter((id) => !ours.has(id)));
    };
    const outbox: ImageOutbox = await ImageOutbox.open({
      ...{ image: image.id, user, version: image.version, db, save, schedule },
      rleOf: options.rleOf,
      events: {
        onStatus: options.onStatus,
        onSaved: () => undefined,
        onUnseen: () => undefined,
        onOthers: (theirs, overtaken) => {
          takenOn.noteTheirs(theirs);
          options.onKept(overtaken);
        },
        onRebase: (missed) => onDecided(decidedBy(missed)),
        onTaken: (proposals) => onDecided(proposals),
      },
    });
    outbox.resume(); // what an earlier page left
    return new HeldImage(options, lock, outbox, active_s, takenOn);
  }

  get status(): OutboxStatus {
    return this.outbox.status;
  }

  /** Whether others have changed the mask that the acceptance of a proposal made. */
  isTakenOn(proposal: string): boolean {
    return this.#takenOn.has(proposal);
  }

  /** Keep operations on this device and send them. */
  push(operations: readonly Operation[], seconds: number): Promise<void> {
    this.#active_s += seconds;
    this.#takenOn.noteOwn(operations);
    return this.outbox.push(operations);
  }

  /** Keep what was spent so far on this device, with what `looking_s` may yet be charged with. */
  keepSeconds(looking_s: number): void {
    this.#seconds.keep(this.#active_s + looking_s);
  }

  /**
   * Give the image back, with the seconds spent on it, once the server has everything.
   *
   * If that takes too long, the work stays on this device, for another page to send, and the lease
   * runs out by itself; what this device had no room for is sent from here, however long it takes.
   * `looking_s` were spent on it without a verdict.
   */
  async giveBack(looking_s: number): Promise<void> {
    const { schedule, release } = this.#options;
    this.#active_s += looking_s;
    this.keepSeconds(0);
    const isSaved = await new Promise<boolean>((resolve) => {
      const giveUp = (): void => {
        if (this.status.state !== "unprotected") resolve(false);
      };
      const stopWaiting = schedule(giveUp, SAVE_PATIENCE_MS);
      void this.outbox.whenSaved().then(() => {
        stopWaiting();
        resolve(true);
      });
    });
    this.outbox.close();
    this.#lock.release();
    if (!isSaved) return;
    await release(this.place, Math.round(this.#active_s * 1000) / 1000);
    await this.#seconds.forget();
  }
}

/** The proposals that operations decide, and leave so: the last word on each counts. */
export function decidedBy(operations: readonly Operation[]): string[] {
  const decided = new Set<string>();
  for (const operation of operations) {
    const isReopened = operation.kind === "verdict" && operation.verdict === "pending";
    for (const proposal of proposalOf(operation)) {
      if (isReopened) decided.delete(proposal);
      else decided.add(proposal);
    }
  }
  return [...decided];
}
