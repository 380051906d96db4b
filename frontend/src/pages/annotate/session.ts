/** A person's way through the images of a project: claim, work, finish, next. */

import { UnreachableError } from "@/api/problem";
import type { ImageQueue } from "@/api/queue-names";
import { type Ending, OutboxDatabase } from "@/editor/outbox-db";
import { pendingProposals } from "@/editor/picking";
import { Decoder } from "@/editor/sam";
import { COLD } from "@/editor/sam.messages";
import SamWorker from "@/editor/sam.worker?worker";
import { afterPaint } from "@/editor/schedule";
import { Signal } from "@/editor/signal";
import { copies } from "@/offline/copies";
import { KeptObjects } from "@/offline/kept-objects";
import {
  extendAssignment,
  fetchImage,
  fetchUpcoming,
  finishAssignment,
  missedOf,
  releaseAssignment,
  reopenImage,
  reviewImage,
  takeBackVerdict,
  type Verdict,
} from "./api";
import { ImageAssets } from "./assets";
import {
  askForAttributes,
  askForKept,
  askForSent,
  askForStored,
  endGestures,
  isSaved,
  NOT_SAVED_OFFLINE,
  settle,
} from "./before-leaving";
import { sendLeftovers, type Unended } from "./leftovers";
import { OpenImage, type User } from "./open-image";
import { type Claimed, Places } from "./places";
import { Provisions } from "./provisions";

export type Phase =
  | { kind: "loading" }
  | { kind: "ready"; image: OpenImage; notice: string | null }
  | { kind: "empty" } // nothing is left to do
  | { kind: "failed"; error: unknown };

const FINISHED = new Set(["done", "reviewed"]); // by all who annotate it
const HEARTBEAT_MS = 4 * 60_000; // a lease lasts half an hour
const KEEP_SECONDS_MS = 10_000; // a crash loses no more of what was spent
const LOOK_AGAIN_MS = 8_000; // while an image waits for its embedding
// "off" on a device where power counts for more than the first clicks; and in tests of whole pages.
const WARM_UP = "anneal-warm-up";
const NO_OTHER_HERE =
  "Not yet: the server cannot be reached, and no further image is on this device. Your work is kept " +
  "here and sent as soon as it answers; try again then.";

const NOT_SEEN =
  "Not yet: this image has changed meanwhile, and what is new is on its way here. Look at it, then decide.";

export class AnnotateSession {
  readonly phase = new Signal<Phase>({ kind: "loading" });
  readonly isMoving = new Signal(false); // on the way to the next image
  #project: number;
  #user: User;
  #queue: ImageQueue | undefined;
  #mayEditUnclaimed: boolean;
  #onError: (error: unknown) => void;
  #onUnended: (ending: Ending, why: Unended) => void;
  #worker = new SamWorker({ name: localStorage.getItem(WARM_UP) === "off" ? COLD : "" });
  #decoder: Decoder;
  #assets: ImageAssets;
  #db: Promise<OutboxDatabase>;
  #provisions: Provisions;
  #places: Places;
  #isCopy = false; // the image that is open comes from this device
  #timers: ReturnType<typeof setInterval>[] = [];
  #isClosed = false;
  #takingBack: Promise<void> = Promise.resolve();
  #trail: readonly number[] = []; // the images that were open before, the last one last

  constructor(options: {
    project: number;
    user: User;
    /** Of the project's plan, or of reviews; null: every image, whole. */
    queue: ImageQueue | null;
    /** Reviewers and managers correct what others hold or have finished. */
    mayEditUnclaimed: boolean;
    onError: (error: unknown) => void;
    /** An image that was finished without a network has not ended; told with each further image. */
    onUnended: (ending: Ending, why: Unended) => void;
  }) {
    this.#project = options.project;
    this.#user = options.user;
    this.#queue = options.queue ?? undefined;
    this.#mayEditUnclaimed = options.mayEditUnclaimed;
    this.#onError = options.onError;
    this.#onUnended = options.onUnended;
    this.#db = OutboxDatabase.open();
    this.#db.then((db) => db.dropOldHistories()).catch(() => undefined); // the disk may be full
    const whose = { user: this.#user.id, project: this.#project, queue: this.#queue };
    this.#provisions = new Provisions(copies, this.#db, whose);
    this.#places = new Places(whose, this.#provisions, this.#onError);
    const objects = new KeptObjects(copies);
    this.#decoder = new Decoder(this.#worker, objects.bytes);
    this.#assets = new ImageAssets(this.#decoder, this.#provisions.detail, objects);
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
  async open(image?: number, claiming = this.#places.claim(image)): Promise<void> {
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
   * why, when something is not saved. Without a network the end is kept here, to be sent later, and
   * the next image is one that was fetched ahead. Returns the verdict, if that was one.
   */
  async next(): Promise<Verdict | null> {
    let given: Verdict | null = null;
    await this.#move(async (open) => {
      this.#checkFinished(open);
      const { seen } = open;
      const isSent = await isSaved(open);
      // At once, and not one after the other: both are a way to the server and back.
      const claiming = this.#places.claim(undefined, open.detail.get().id);
      claiming.catch(() => undefined); // told where it is awaited
      if (isSent) {
        given = await this.#finish(open, seen).catch(async (error: unknown) => {
          if (error instanceof UnreachableError) {
            await this.#finishLater(open, claiming);
            return null;
          }
          // Why it was not finished is told, whatever becomes of the place at the next image.
          const claim = await claiming.then((claimed) => claimed.claim).catch(() => null);
          // What was theirs before stays: it may have been returned to them, or be begun.
          if (claim?.is_taken_now) await releaseAssignment(claim, 0).catch(() => undefined);
          throw error;
        });
      } else await this.#finishLater(open, claiming);
      await this.#goOn(open, claiming);
    });
    return given;
  }

  /**
   * Give a verdict with all that was corrected; in the queue of reviews, open the next image.
   * Returns the verdict once it is given.
   */
  async review(verdict: Verdict, comment: string): Promise<Verdict | null> {
    let given: Verdict | null = null;
    await this.#move(async (open) => {
      askForSent(open);
      const { seen } = open;
      await settle(open);
      given = await this.#giveVerdict(open, verdict, comment, seen);
      open.editor.unsent.message.set("");
      if (this.#queue !== "review") return open.refresh();
      await this.#forget(open);
      await this.#goOn(open);
    });
    return given;
  }

  /** Take one's own verdict on an image back, and look at the image again; one after another. */
  takeBackVerdict(image: number): Promise<void> {
    const turn = this.#takingBack.then(() => this.#takeBack(image));
    this.#takingBack = turn.catch(() => undefined);
    return turn;
  }

  async #takeBack(image: number): Promise<void> {
    await this.#standStill(); // of two images on their way one would never be closed
    if (this.image === null || this.#isClosed) {
      await takeBackVerdict(image);
      if (!this.#isClosed) await this.open(image);
      return;
    }
    await this.#move(async (open) => {
      endGestures(open);
      await takeBackVerdict(image);
      if (this.#isClosed) return;
      const isHere = open.detail.get().id === image;
      if (isHere && this.#queue !== "review") await open.refresh();
      else await this.open(image);
    });
  }

  /** Wait until no other image is on its way. */
  async #standStill(): Promise<void> {
    while (this.isMoving.get())
      await new Promise<void>((resolve) => {
        const stop = this.isMoving.subscribe(() => {
          stop();
          resolve();
        });
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
      askForKept(open);
      askForSent(open);
      await settle(open);
      await releaseAssignment(open.claim, activeSeconds(open));
      await this.#forget(open);
      isBack = true;
    });
    return isBack;
  }

  /** Let the image not have been finished, and look at it again. */
  async reopen(): Promise<void> {
    await this.#move(async (open) => {
      await reopenImage(open.detail.get().id);
      await open.refresh();
    });
  }

  /** Another model serves: the next images come with it. */
  forgetAhead(): void {
    this.#assets.forget();
  }

  /** The page was left. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether an image of a project and its queue is worked on here. */
  isFor({ project, queue }: Pick<Ending, "project" | "queue">): boolean {
    return !this.#isClosed && project === this.#project && (queue ?? undefined) === this.#queue;
  }

  get hasPrevious(): boolean {
    return this.#trail.length > 0;
  }

  /** Leave this image as it is, and open the one before it again. */
  async previous(): Promise<void> {
    await this.#move(async (open) => {
      endGestures(open);
      askForStored(open);
      const trail = this.#trail.slice(0, -1);
      await this.open(this.#trail.at(-1));
      this.#trail = trail;
    });
  }

  /** Leave this image as it is, and open another. */
  async goTo(image: number): Promise<void> {
    if (this.image === null) return this.open(image);
    await this.#move(async (open) => {
      endGestures(open);
      askForStored(open);
      await this.open(image);
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

  async #show(id: number, claimed: Omit<Claimed, "id">): Promise<void> {
    const { claim, notice, asked_s, isCopy } = claimed;
    const [{ detail: ahead, bitmap }, db] = await Promise.all([this.#assets.load(id), this.#db]);
    // Where two people do one image, the place decides whose masks are seen. And until it was theirs,
    // a model could bring others than were fetched ahead.
    const { slot, stamp } = { ...ahead, ...claim };
    const isOther = slot !== ahead.slot || (!isCopy && stamp !== ahead.stamp);
    const detail = isOther ? await this.#provisions.detail(id) : ahead;
    if (this.#isClosed) return;
    const ending = db.takeEnding(this.#user.id, id); // it is worked on again
    const isUnreserved = isCopy && claim === null;
    const image = await OpenImage.open({
      ...{ detail, bitmap, claim, isUnreserved, asked_s, db },
      spent_s: isUnreserved ? ((await ending)?.active_s ?? 0) : 0,
      user: this.#user,
      decoder: this.#decoder,
      mayEdit: claim !== null || isUnreserved || this.#mayEditUnclaimed,
      onError: this.#onError,
    });
    if (this.#isClosed) {
      image.close();
      return;
    }
    if (this.#queue === "correct" && image.wasSentOn) image.editor.selectProposal(1);
    // To who reviews it, that others have finished it is nothing to be warned of.
    const isToReview = this.#mayEditUnclaimed && FINISHED.has(detail.status);
    this.#isCopy = isCopy;
    this.#provisions.follow(image);
    this.phase.set({ kind: "ready", image, notice: isToReview ? null : notice });
  }

  /** Throw where something is missing. */
  #checkFinished(open: OpenImage): void {
    endGestures(open);
    askForKept(open);
    askForSent(open);
    const isForCompletion = this.#isForCompletion(open);
    if (isForCompletion && pendingProposals(open.editor.annotations.get()).length > 0) {
      throw new Error("Some proposals still wait: correct, accept or reject each of them.");
    }
    const isAnnotating = this.#queue !== "review" && !isForCompletion;
    if (open.isOwn && isAnnotating) askForAttributes(open);
  }

  /** Whether the image is corrected here, for somebody to complete. */
  #isForCompletion(open: OpenImage): boolean {
    return this.#queue === "correct" && open.wasSentOn;
  }

  async #finish(open: OpenImage, seen: number | null): Promise<Verdict | null> {
    const place = open.isUnreserved ? await this.#places.reserve(open.detail.get().id) : open.claim;
    if (place === null) return null;
    let given: Verdict | null = null;
    if (this.#queue === "review") {
      if (open.detail.get().status === "done")
        given = await this.#giveVerdict(open, "reviewed", "", seen);
    } else {
      open.editor.meter.noteActivity();
      const end = this.#isForCompletion(open) ? releaseAssignment : finishAssignment;
      await end(place, activeSeconds(open));
    }
    this.#forget(open).catch(this.#onError); // the next image need not wait for it
    return given;
  }

  /** Keep the end of the image here, if there is another image to go on with. */
  async #finishLater(open: OpenImage, claiming: Promise<Claimed>): Promise<void> {
    if (this.#queue === "review") throw new Error(NOT_SAVED_OFFLINE);
    askForStored(open);
    await claiming.catch(() => {
      throw new Error(NO_OTHER_HERE);
    });
    if (!open.isOwn) return;
    open.editor.meter.noteActivity();
    const db = await this.#db;
    await db.addEnding({
      ...{ user: this.#user.id, image: open.detail.get().id, project: this.#project },
      ...{ queue: this.#queue ?? null, place: open.claim, active_s: activeSeconds(open) },
      isForCompletion: this.#isForCompletion(open),
      made_at: Date.now(),
      version: open.outbox.version,
    });
  }

  /**
   * The seconds go with it, but of a place to annotate: that is not ended by a verdict. Where others
   * changed the image after the version that was seen, that is shown, and no verdict is given; nor
   * while it is still to be shown, which is version null.
   */
  async #giveVerdict(
    open: OpenImage,
    verdict: Verdict,
    comment: string,
    version: number | null,
  ): Promise<Verdict> {
    if (version === null) throw new Error(NOT_SEEN);
    open.editor.meter.noteActivity();
    const isOver = this.#queue === "review" || open.claim === null;
    const active_s = isOver ? activeSeconds(open) : 0;
    const stint = isOver ? open.claim?.stint : undefined;
    const said = { verdict, comment, version, active_s, stint };
    try {
      await reviewImage(open.detail.get().id, said);
    } catch (error) {
      const stale = missedOf(error);
      // A save of one's own may have been told of it first, and gone on from there.
      const isNews = stale !== null && stale.version > open.outbox.version;
      if (isNews) await open.outbox.rebase(stale.version, stale.missed);
      throw error;
    }
    return verdict;
  }

  /** What was kept on this device for an image that is done with. */
  async #forget(open: OpenImage): Promise<void> {
    const db = await this.#db;
    await open.forgetSeconds();
    const { id } = open.detail.get();
    await db.forgetHistory(this.#user.id, id);
    await db.rememberUnfinished([this.#user.id, id], null);
    await this.#provisions.letGo(id);
  }

  async #prefetchNext(): Promise<void> {
    try {
      const here = { queue: this.#queue, besides: this.image?.detail.get().id };
      for (const id of await fetchUpcoming(this.#project, here)) this.#assets.prefetch(id);
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
      onUnended: this.#onUnended,
    });
  }

  #keepLease(): void {
    const claim = this.image?.claim;
    if (claim) {
      extendAssignment(claim.id).catch((error: unknown) => {
        if (!(error instanceof UnreachableError)) this.#onError(error); // else the page says so
      });
    }
  }

  #lookAgain(): void {
    const open = this.image;
    if (open !== null && this.#isCopy) {
      fetchImage(open.detail.get().id).then(this.#onOnline, () => undefined);
    }
    if (open?.model.get().kind === "waiting" && document.visibilityState === "visible") {
      open.refresh().catch(() => undefined);
    }
  }

  #keepSeconds = (): void => this.image?.keepSeconds();

  /** The server answers again: send what waits, and see what others did meanwhile. */
  #onOnline = (): void => {
    const open = this.image;
    open?.outbox.resume();
    void this.#sendLeftovers();
    if (open === null || !this.#isCopy) return;
    this.#isCopy = false;
    open.catchUp();
    if (open.isUnreserved) this.#places.reserve(open.detail.get().id).catch(() => undefined);
    this.phase.set({ kind: "ready", image: open, notice: null });
  };
}

function activeSeconds({ editor }: OpenImage): number {
  return Math.round(editor.meter.active_s * 1000) / 1000;
}
