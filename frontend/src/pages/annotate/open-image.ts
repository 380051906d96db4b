/** One image that is open for work: its editor, its outbox, its lock, its decoder. */

import { ProblemError, UnreachableError } from "@/api/problem";
import { definitionsOf } from "@/editor/attributes";
import { type DecodeThrough, decodeCloser } from "@/editor/closer";
import { Editor } from "@/editor/editor";
import { EffortMeter } from "@/editor/effort";
import { HistoryKeeper } from "@/editor/history";
import { OpeningClock } from "@/editor/opening";
import type { MissedOperation, Operation } from "@/editor/operations";
import { ImageOutbox, type OutboxStatus } from "@/editor/outbox";
import type { OutboxDatabase } from "@/editor/outbox-db";
import type { Decoder } from "@/editor/sam";
import { EncoderMismatchError } from "@/editor/sam";
import { schedule } from "@/editor/schedule";
import { SecondsKeeper } from "@/editor/seconds-keeper";
import { Signal } from "@/editor/signal";
import { AnnotationStore } from "@/editor/store";
import { keepUnfinished, restoreUnfinished } from "@/editor/unfinished";
import { isSame } from "@/editor/windows";
import { awaitWriterLock, takeWriterLock, type WriterLock } from "@/editor/writer-lock";
import { annotationsOf, type Claim, fetchImage, type ImageDetail, saveMasks } from "./api";
import { embeddingKey } from "./assets";

/** Whether points and boxes work, and if not, why. */
export type ModelState =
  | { kind: "ready" }
  | { kind: "loading" }
  | { kind: "waiting"; message: string }
  | { kind: "off"; message: string };

export interface User {
  readonly id: number;
  readonly username: string;
}

export interface OpenImageOptions {
  readonly detail: ImageDetail;
  readonly bitmap: ImageBitmap;
  readonly claim: Claim | null;
  /** Begun without a network, at no place yet: one is taken at the end. */
  readonly isUnreserved: boolean;
  readonly spent_s: number; // at no place so far
  readonly asked_s: number; // when it was asked for, by the page's clock
  readonly user: User;
  readonly db: OutboxDatabase;
  readonly decoder: Decoder;
  /** False for an image that others hold or have finished, unless one reviews. */
  readonly mayEdit: boolean;
  readonly onError: (error: unknown) => void;
}

const LOCK_PATIENCE_MS = 3_000; // this page's own sender may still be at work on the image

const MODEL_OFFLINE =
  "Without a network the model could not be fetched. Points and boxes are off until this page is " +
  "loaded again; brush, lasso and labels work.";
const LOOK_AGAIN_MS = 2_000;
const UNMOUNT_MS = 1_000; // the page draws the last image until the next one is there

export class OpenImage {
  readonly detail: Signal<ImageDetail>;
  readonly bitmap: ImageBitmap;
  readonly claim: Claim | null;
  readonly isUnreserved: boolean;
  readonly editor: Editor;
  readonly outbox: ImageOutbox;
  readonly status: Signal<OutboxStatus>;
  readonly model: Signal<ModelState>;
  /** Null while another tab of this person saves this image: this one only looks. */
  readonly lock: Signal<WriterLock | null>;
  /** A manager has put it in the trash, where it still takes what is saved. */
  readonly isDeleted = new Signal(false);
  #options: OpenImageOptions;
  #isBehind = false; // what the server has is still to be seen
  #seconds: SecondsKeeper | null;
  #stopKeeping: () => void = () => undefined;
  #stop = new AbortController();

  private constructor(
    options: OpenImageOptions,
    lock: WriterLock | null,
    outbox: ImageOutbox,
    editor: Editor,
    status: Signal<OutboxStatus>,
  ) {
    this.#options = options;
    this.detail = new Signal(options.detail);
    this.bitmap = options.bitmap;
    this.claim = options.claim;
    this.isUnreserved = options.isUnreserved;
    this.outbox = outbox;
    this.editor = editor;
    this.status = status;
    this.lock = new Signal(lock);
    this.model = new Signal(modelStateOf(options.detail));
    const { claim, db } = options;
    this.#seconds = claim && new SecondsKeeper(db, claim, editor.meter.active_s);
    void this.#startModel();
    if (lock === null) {
      void this.#waitForLock();
      return;
    }
    outbox.resume();
    this.#keepUnfinished().catch(options.onError);
  }

  static async open(options: OpenImageOptions): Promise<OpenImage> {
    const { detail, user, db, claim } = options;
    const lock = await takeLock(detail.id, user.id);
    const slot = detail.people > 1 ? detail.slot : null;
    const store = new AnnotationStore(annotationsOf(detail), user.username, slot);
    const status = new Signal<OutboxStatus>({
      state: "saved",
      hindrance: "none",
      waiting: 0,
      refused: [],
    });
    const opening = ImageOutbox.open({
      image: detail.id,
      user: user.id,
      version: detail.version,
      db,
      save: saveMasks,
      schedule,
      rleOf: (proposal) => store.annotations.proposals.get(proposal)?.rle ?? null,
      events: {
        onStatus: (next) => status.set(next),
        onSaved: (revisions) => store.acknowledge(revisions),
        onRebase: (missed, pending) => open.#rebase(missed, pending),
        onUnseen: () => open.#lookAtAllAgain(),
      },
    });
    const [outbox, active_s] = await Promise.all([
      opening,
      claim === null ? options.spent_s : db.activeSeconds(claim),
      lock === null ? null : keepHistory(store, db, user.id, detail.id),
    ]);
    // What waits may speak of masks that only the history knows.
    store.reload(store.annotations, outbox.pending);
    status.set(outbox.status);
    const editor: Editor = new Editor({
      size_hw: [detail.height, detail.width],
      store,
      meter: new EffortMeter(now_s, active_s, new OpeningClock(now_s, options.asked_s)),
      decode: decodeCloser(
        [detail.height, detail.width],
        () => open.detail.get().embedding?.windows ?? [],
        (...asked) => open.#decodeThrough(...asked),
      ),
      schedule,
      save: (operations) => open.#save(operations),
      onError: options.onError,
    });
    editor.isReadOnly.set(lock === null || !options.mayEdit);
    editor.definitions.set(definitionsOf(detail.labels));
    const open: OpenImage = new OpenImage(options, lock, outbox, editor, status);
    return open;
  }

  get isClosed(): boolean {
    return this.#stop.signal.aborted;
  }

  /** The version that is in view; null while more is on its way here than is shown. */
  get seen(): number | null {
    return this.#isBehind ? null : this.outbox.version;
  }

  /** Whether it is this person's to finish. */
  get isOwn(): boolean {
    return this.claim !== null || this.isUnreserved;
  }

  /** Whether verifying sent proposals on, to be corrected here. */
  get wasSentOn(): boolean {
    return this.#options.detail.proposals.some(({ state }) => state !== "pending");
  }

  /** Keep operations on this device and send them. */
  #save(operations: readonly Operation[]): void {
    this.outbox.push(operations).catch(this.#options.onError);
    this.keepSeconds();
  }

  /** Keep what was spent so far on this device; the page that saves does it, if there are two. */
  keepSeconds(): void {
    if (this.lock.get() !== null) this.#seconds?.keep(this.editor.meter.active_s);
  }

  /** The server has them. */
  async forgetSeconds(): Promise<void> {
    await this.#seconds?.forget();
  }

  /** Find out whether the image was deleted, or brought back. */
  async lookForDeletion(): Promise<void> {
    try {
      await fetchImage(this.detail.get().id, this.#stop.signal);
      this.isDeleted.set(false);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) this.isDeleted.set(true);
    }
  }

  /**
   * Look again at what the server has: proposals and embeddings arrive while one works. A model that
   * works stays until the image is opened again, whatever serves by now.
   */
  async refresh(): Promise<void> {
    const detail = await fetchImage(this.detail.get().id, this.#stop.signal);
    this.#look(detail);
    if (detail.version === this.outbox.version) {
      this.editor.store.reload(annotationsOf(detail), this.outbox.pending);
    }
  }

  /** At all but its annotations. */
  #look(detail: ImageDetail): void {
    const { bundle, embedding } = this.detail.get();
    const isModelReady = this.model.get().kind === "ready";
    this.detail.set(isModelReady ? { ...detail, bundle, embedding } : detail);
    this.editor.definitions.set(definitionsOf(detail.labels));
    if (!isModelReady) {
      this.model.set(modelStateOf(detail));
      void this.#startModel();
    }
  }

  close(): void {
    this.keepSeconds();
    this.#stopKeeping();
    this.#stop.abort();
    this.outbox.close();
    this.lock.get()?.release();
    schedule(() => this.bitmap.close(), UNMOUNT_MS);
  }

  #rebase(...[missed, pending]: Parameters<AnnotationStore["rebase"]>): void {
    const { slot } = this.detail.get();
    const ofOtherSets = (operation: MissedOperation): boolean =>
      "slot" in operation && operation.slot !== slot;
    try {
      if (missed.some(ofOtherSets)) this.#lookAtAllAgain();
      else this.editor.store.rebase(missed, pending);
    } catch {
      this.#lookAtAllAgain(); // they speak of something that came after this page was loaded
    }
  }

  /** The network is back: what others did meanwhile is to be seen. */
  catchUp(): void {
    this.#lookAtAllAgain();
  }

  /** Until it is seen, however often that takes: saves on top of what is not seen overwrite it. */
  #lookAtAllAgain(): void {
    const { signal } = this.#stop;
    this.#isBehind = true;
    void fetchImage(this.detail.get().id, signal)
      .then((detail) => {
        if (detail.version < this.outbox.version) return this.#lookAtAllAgain(); // saved meanwhile
        this.editor.store.reload(annotationsOf(detail), this.outbox.pending);
        this.#isBehind = false;
      })
      .catch(() => {
        if (!signal.aborted) schedule(() => this.#lookAtAllAgain(), LOOK_AGAIN_MS);
      });
  }

  #decodeThrough: DecodeThrough = (window, prompts, previous) => {
    const { id, height, width, bundle, embedding } = this.detail.get();
    const state = this.model.get();
    if (bundle === null || embedding === null || state.kind === "waiting") {
      const message = state.kind === "waiting" ? state.message : "No model is serving yet.";
      return Promise.reject(new Error(message));
    }
    const prompt = { size_hw: [height, width] as const, window, prompts, previous };
    const closer = embedding.windows.find((each) => isSame(each, window));
    const source = closer === undefined ? embedding : { ...embedding, url: closer.url };
    const key = embeddingKey(id, embedding, closer);
    return this.#options.decoder.decode(bundle, source, key, prompt);
  };

  async #startModel(): Promise<void> {
    const { id, bundle, embedding } = this.detail.get();
    if (this.model.get().kind !== "loading" || bundle === null || embedding === null) return;
    try {
      const { decoder } = this.#options;
      await Promise.all([
        decoder.load(bundle),
        decoder.embed(embedding, embeddingKey(id, embedding)),
      ]);
      this.model.set({ kind: "ready" });
    } catch (error) {
      const reason = error instanceof Error ? error.message : "The model did not start.";
      this.model.set({ kind: "off", message: navigator.onLine ? reason : MODEL_OFFLINE });
    }
  }

  /**
   * Go on from what the page that saved until now has left, here and on the server; without a network
   * from what was seen.
   */
  async #takeOver(): Promise<void> {
    const seen = this.detail.get();
    const detail = await fetchImage(seen.id, this.#stop.signal).catch((error: unknown) => {
      if (error instanceof UnreachableError) return seen;
      throw error;
    });
    await this.outbox.takeUp(detail.version);
    this.#look(detail);
    // Also where what waits was made before that version: the server may hold some of it already.
    this.editor.store.reload(annotationsOf(detail), this.outbox.pending);
  }

  async #waitForLock(): Promise<void> {
    const { detail, user, claim, db } = this.#options;
    const lock = await awaitWriterLock(navigator.locks, detail.id, user.id, this.#stop.signal);
    if (lock === null) return;
    this.lock.set(lock);
    if (claim !== null) this.editor.meter.goOnFrom(await db.activeSeconds(claim));
    await keepHistory(this.editor.store, db, user.id, detail.id);
    await this.#takeOver().catch(this.#options.onError);
    this.editor.isReadOnly.set(!this.#options.mayEdit);
    this.outbox.resume();
    await this.#keepUnfinished();
  }

  /** Go on with what this person left unfinished here, and keep from now on what is. */
  async #keepUnfinished(): Promise<void> {
    const { detail, user, db, mayEdit } = this.#options;
    if (!mayEdit) return;
    const whose = [user.id, detail.id] as const;
    const begun = await db.unfinished(...whose);
    if (this.#stop.signal.aborted) return;
    if (begun !== null) restoreUnfinished(this.editor, begun);
    this.#stopKeeping = keepUnfinished(this.editor, begun, schedule, (now) => {
      db.rememberUnfinished(whose, now).catch(this.#options.onError);
    });
  }
}

/** Go on with the undo history that this person left here, and keep it from now on. */
async function keepHistory(
  store: AnnotationStore,
  db: OutboxDatabase,
  user: number,
  image: number,
): Promise<void> {
  const begun = await db.history(user, image);
  store.restoreHistory(begun);
  const keeper = new HistoryKeeper(db, [user, image], begun);
  store.subscribe(({ origin }) => {
    if (origin === "local") void keeper.keep(store.history);
  });
}

/** By the page's clock. */
export function now_s(): number {
  return performance.now() / 1000;
}

/** What drawing on an image needs of it, wherever it comes from. */
export type ImageInView = Pick<OpenImage, "detail" | "bitmap" | "editor">;

/** Take the lock of an image, waiting a little for this page's own senders. */
export async function takeLock(image: number, user: number): Promise<WriterLock | null> {
  const lock = await takeWriterLock(navigator.locks, image, user);
  if (lock !== null) return lock;
  const patience = AbortSignal.timeout(LOCK_PATIENCE_MS);
  return awaitWriterLock(navigator.locks, image, user, patience);
}

function modelStateOf({ bundle, embedding }: ImageDetail): ModelState {
  if (bundle === null) return { kind: "waiting", message: "No model is serving yet." };
  if (embedding === null) {
    const message = "This image is still being prepared. Points and boxes come with it.";
    return { kind: "waiting", message };
  }
  if (bundle.encoder_digest !== embedding.encoder_digest) {
    return { kind: "off", message: new EncoderMismatchError().message };
  }
  return { kind: "loading" };
}
