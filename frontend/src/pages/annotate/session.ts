/** A person's way through the images of a project: claim, work, finish, next. */

import { ProblemError } from "@/api/problem";
import type { ImageQueue } from "@/api/queues";
import { incomplete } from "@/editor/attributes";
import { OutboxDatabase } from "@/editor/outbox-db";
import { pendingProposals } from "@/editor/picking";
import { Decoder } from "@/editor/sam";
import SamWorker from "@/editor/sam.worker?worker";
import { afterPaint } from "@/editor/schedule";
import { Signal } from "@/editor/signal";
import {
  type Claim,
  claimImage,
  extendAssignment,
  fetchImage,
  fetchUpcoming,
  finishAssignment,
  releaseAssignment,
  reviewImage,
  type Verdict,
} from "./api";
import { fetchBytes, ImageAssets } from "./assets";
import { whenLeft } from "./leaving";
import { sendLeftovers } from "./leftovers";
import { now_s, OpenImage, type User } from "./open-image";
import { within } from "./within";

export type Phase =
  | { kind: "loading" }
  | { kind: "ready"; image: OpenImage; notice: string | null }
  | { kind: "empty" } // nothing is left to do
  | { kind: "failed"; error: unknown };

/** What the queue gave: no id where it is empty, no claim where the image may only be seen. */
interface Claimed {
  readonly id: number | null;
  readonly claim: Claim | null;
  readonly notice: string | null;
  readonly asked_s: number;
}

const FINISHED = new Set(["done", "reviewed"]); // by all who annotate it
const HEARTBEAT_MS = 4 * 60_000; // a lease lasts half an hour
const KEEP_SECONDS_MS = 10_000; // a crash loses no more of what was spent
const LOOK_AGAIN_MS = 8_000; // while an image waits for its embedding
const SAVE_PATIENCE_MS = 10_000;
const OFFLINE_PATIENCE_MS = 1_500; // the network may be back already
const NOT_SAVED_YET = "Not yet: some work is only on this device so far. It is being sent.";
const NOT_SAVED_OFFLINE =
  "Not yet: the server cannot be reached. Your work is kept on this device and sent as soon as it " +
  "answers; try again then.";

export class AnnotateSession {
  readonly phase = new Signal<Phase>({ kind: "loading" });
  readonly isMoving = new Signal(false); // on the way to the next image
  #project: number;
  #user: User;
  #queue: ImageQueue | undefined;
  #mayEditUnclaimed: boolean;
  #onError: (error: unknown) => void;
  #worker = new SamWorker();
  #decoder: Decoder;
  #assets: ImageAssets;
  #db: Promise<OutboxDatabase>;
  #timers: ReturnType<typeof setInterval>[] = [];
  #isClosed = false;
  #trail: readonly number[] = []; // the images that were open before, the last one last

  constructor(options: {
    project: number;
    user: User;
    /** Of the project's plan, or of reviews; null: every image, whole. */
    queue: ImageQueue | null;
    /** Reviewers and managers correct what others hold or have finished. */
    mayEditUnclaimed: boolean;
    onError: (error: unknown) => void;
  }) {
    this.#project = options.project;
    this.#user = options.user;
    this.#queue = options.queue ?? undefined;
    this.#mayEditUnclaimed = options.mayEditUnclaimed;
    this.#onError = options.onError;
    this.#decoder = new Decoder(this.#worker, fetchBytes);
    this.#assets = new ImageAssets(this.#decoder);
    this.#db = OutboxDatabase.open();
    this.#timers.push(setInterval(() => this.#keepLease(), HEARTBEAT_MS));
    this.#timers.push(setInterval(() => this.#lookAgain(), LOOK_AGAIN_MS));
    this.#timers.push(setInterval(this.#keepSeconds, KEEP_SECONDS_MS));
    addEventListener("online", this.#onOnline);
    document.addEventListener("visibilitychange", this.#keepSeconds);
  }

  get image(): OpenImage | null {
    const phase = this.phase.get();
    return phase.kind === "ready" ? phase.image : null;
  }

  /** Open an image, or the one that the queue gives. The last one stays in view until then. */
  async open(image?: number, claiming = this.#claim(image)): Promise<void> {
    const before = this.image;
    if (before === null) this.phase.set({ kind: "loading" });
    try {
      const { id, ...claimed } = await claiming;
      if (id === before?.detail.get().id)
        before?.close(); // its lock is needed again
      else if (before !== null) this.#trail = [...this.#trail, before.detail.get().id];
      if (id === null) this.phase.set({ kind: "empty" });
      else await this.#show(id, claimed);
    } catch (error) {
      if (!this.#isClosed) this.phase.set({ kind: "failed", error });
    }
    before?.close();
    void this.#sendLeftovers();
    afterPaint(() => void this.#prefetchNext());
  }

  /**
   * Finish this image, or approve it in the queue of reviews, and open the next. Stays, and says
   * why, when something is not saved.
   */
  async next(): Promise<void> {
    await this.#move(async (open) => {
      await this.#checkFinished(open);
      // At once, and not one after the other: both are a way to the server and back.
      const claiming = this.#claim(undefined, open.detail.get().id);
      claiming.catch(() => undefined); // told where it is awaited
      await this.#finish(open).catch(async (error: unknown) => {
        const { claim } = await claiming;
        if (claim !== null) await releaseAssignment(claim, 0);
        throw error;
      });
      await this.#goOn(open, claiming);
    });
  }

  /** Give a verdict with all that was corrected; in the queue of reviews, open the next image. */
  async review(verdict: Verdict, comment: string): Promise<void> {
    await this.#move(async (open) => {
      await this.#settle(open);
      await reviewImage(open.detail.get().id, verdict, comment);
      if (this.#queue !== "review") return open.refresh();
      await this.#forget(open);
      await this.#goOn(open);
    });
  }

  async #goOn(open: OpenImage, claiming?: Promise<Claimed>): Promise<void> {
    open.editor.freeze();
    await this.open(undefined, claiming);
  }

  /** Leave the image to others, with all that was done to it; says whether it is theirs now. */
  async giveBack(): Promise<boolean> {
    let isBack = false;
    await this.#move(async (open) => {
      if (open.claim === null) return;
      await this.#settle(open);
      await releaseAssignment(open.claim, activeSeconds(open));
      await this.#forget(open);
      isBack = true;
    });
    return isBack;
  }

  /** Another model serves: the next images come with it. */
  forgetAhead(): void {
    this.#assets.forget();
  }

  get hasPrevious(): boolean {
    return this.#trail.length > 0;
  }

  /** Leave this image as it is, and open the one before it again. */
  async previous(): Promise<void> {
    await this.#move(async (open) => {
      endGestures(open);
      const trail = this.#trail.slice(0, -1);
      await this.open(this.#trail.at(-1));
      this.#trail = trail;
    });
  }

  async #move(way: (open: OpenImage) => Promise<void>): Promise<void> {
    const open = this.image;
    if (open === null || this.isMoving.get()) return;
    this.isMoving.set(true);
    try {
      await way(open);
    } catch (error) {
      this.#onError(error);
    } finally {
      this.isMoving.set(false);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.image?.close();
    this.#worker.terminate();
    for (const timer of this.#timers) clearInterval(timer);
    removeEventListener("online", this.#onOnline);
    document.removeEventListener("visibilitychange", this.#keepSeconds);
    void this.#db.then((db) => db.close());
  }

  async #claim(image?: number, besides?: number): Promise<Claimed> {
    const asked_s = now_s();
    await whenLeft();
    try {
      const claim = await claimImage(this.#project, { image, queue: this.#queue, besides });
      return { id: claim?.image ?? null, claim, notice: null, asked_s };
    } catch (error) {
      const isTaken = error instanceof ProblemError && error.code === "taken";
      if (!isTaken || image === undefined) throw error;
      return { id: image, claim: null, notice: error.message, asked_s };
    }
  }

  async #show(id: number, { claim, notice, asked_s }: Omit<Claimed, "id">): Promise<void> {
    const [{ detail: ahead, bitmap }, db] = await Promise.all([this.#assets.load(id), this.#db]);
    // Where two people do one image, the place decides whose masks are seen.
    const isOther = claim !== null && claim.slot !== ahead.slot;
    const detail = isOther ? await fetchImage(id) : ahead;
    if (this.#isClosed) return;
    const image = await OpenImage.open({
      ...{ detail, bitmap, claim, asked_s, db },
      user: this.#user,
      decoder: this.#decoder,
      mayEdit: claim !== null || this.#mayEditUnclaimed,
      onError: this.#onError,
    });
    if (this.#isClosed) {
      image.close();
      return;
    }
    if (this.#queue === "correct" && image.wasSentOn) image.editor.selectProposal(1);
    // To who reviews it, that others have finished it is nothing to be warned of.
    const isToReview = this.#mayEditUnclaimed && FINISHED.has(detail.status);
    this.phase.set({ kind: "ready", image, notice: isToReview ? null : notice });
  }

  /** Wait until the server has all that was done here. */
  async #settle(open: OpenImage): Promise<void> {
    endGestures(open);
    const isOffline = open.status.get().hindrance === "offline";
    open.outbox.resume();
    const patience_ms = isOffline ? OFFLINE_PATIENCE_MS : SAVE_PATIENCE_MS;
    if (!(await within(open.outbox.whenSaved(), patience_ms))) {
      throw new Error(isOffline ? NOT_SAVED_OFFLINE : NOT_SAVED_YET);
    }
  }

  /** Throw where something is missing, and wait until the server has the rest. */
  async #checkFinished(open: OpenImage): Promise<void> {
    endGestures(open);
    const isForCompletion = this.#isForCompletion(open);
    if (isForCompletion && pendingProposals(open.editor.annotations.get()).length > 0) {
      throw new Error("Some proposals still wait: correct, accept or reject each of them.");
    }
    const isAnnotating = this.#queue !== "review" && !isForCompletion;
    if (open.claim !== null && isAnnotating) askForAttributes(open);
    await this.#settle(open);
  }

  /** Whether the image is corrected here, for somebody to complete. */
  #isForCompletion(open: OpenImage): boolean {
    return this.#queue === "correct" && open.wasSentOn;
  }

  async #finish(open: OpenImage): Promise<void> {
    if (open.claim === null) return;
    const { id, status } = open.detail.get();
    if (this.#queue === "review") {
      if (status === "done") await reviewImage(id, "reviewed", "");
    } else {
      open.editor.meter.noteActivity();
      const end = this.#isForCompletion(open) ? releaseAssignment : finishAssignment;
      await end(open.claim, activeSeconds(open));
    }
    this.#forget(open).catch(this.#onError); // the next image need not wait for it
  }

  /** What was kept on this device for an image that is done with. */
  async #forget(open: OpenImage): Promise<void> {
    const db = await this.#db;
    await open.forgetSeconds();
    await db.forgetHistory(this.#user.id, open.detail.get().id);
  }

  async #prefetchNext(): Promise<void> {
    try {
      const here = this.image?.detail.get().id;
      const upcoming = await fetchUpcoming(this.#project, this.#queue);
      for (const id of upcoming.filter((image) => image !== here)) this.#assets.prefetch(id);
    } catch {
      // Fetching ahead is a kindness; what is really needed reports its own failure.
    }
  }

  /** Send what earlier pages left on this device for other images. */
  async #sendLeftovers(): Promise<void> {
    await sendLeftovers({
      db: await this.#db,
      user: this.#user.id,
      isInUse: (image) => this.#isClosed || image === this.image?.detail.get().id,
    });
  }

  #keepLease(): void {
    const claim = this.image?.claim;
    if (claim) extendAssignment(claim.id).catch(this.#onError);
  }

  #lookAgain(): void {
    const open = this.image;
    if (open?.model.get().kind === "waiting" && document.visibilityState === "visible") {
      open.refresh().catch(() => undefined);
    }
  }

  #keepSeconds = (): void => this.image?.keepSeconds();

  #onOnline = (): void => this.image?.outbox.resume();
}

/** Throws where a mask lacks what its label requires, and selects it. */
function askForAttributes({ editor }: OpenImage): void {
  const { ids, names } = incomplete(editor.annotations.get(), editor.definitions.get());
  const [first] = ids;
  if (first === undefined) return;
  editor.selection.set({ kind: "mask", id: first });
  const others = ids.length > 1 ? ` (${ids.length} masks are incomplete)` : "";
  throw new Error(`Not finished: the selected mask still needs ${names.join(", ")}${others}.`);
}

/** Throws where something drawn would get lost. */
function endGestures({ editor }: OpenImage): void {
  editor.tool.get().finish?.(); // a polygon not yet closed is work too
  if (editor.draft.state.get() !== null) {
    throw new Error("A mask is still a draft: accept it or drop it first.");
  }
}

function activeSeconds({ editor }: OpenImage): number {
  return Math.round(editor.meter.active_s * 1000) / 1000;
}
