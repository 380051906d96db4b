/** Sends what the store holds, in order, as often as it takes; then forgets it. */

import { messageOf, ProblemError } from "@/api/problem";
import type { Mime } from "@/api/types";
import type { Cut } from "./cuts";
import type { RecordingStore, StoredRecording } from "./store";
import type { TracePoint } from "./trace";

export interface RecordingTransport {
  /** Opens the recording on the server, of an image or one of its masks; a known id is no error. */
  open(image: number, recording: NewTake): Promise<void>;
  putChunk(recording: string, number: number, bytes: ArrayBuffer, sha256: string): Promise<void>;
  complete(recording: string, end: TakeEnd): Promise<void>;
  /** Puts it in the trash; twice is no error. */
  remove(recording: string): Promise<void>;
}

export interface NewTake {
  id: string;
  mime: Mime;
  mask: string | null;
}

export interface TakeEnd {
  chunks: number;
  duration_s: number;
  trace: readonly TracePoint[];
  cuts: readonly Cut[];
}

export interface Refused {
  recording: StoredRecording;
  reason: string;
}

export interface SendState {
  /** Chunks kept on this device that the server has not acknowledged. */
  waiting: number;
  /** Why sending pauses; it goes on by itself. */
  problem: string;
  /** Recordings that the server said no to: the person decides about them. */
  refused: readonly Refused[];
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const MOST_EARLY = 20; // tries, some eight minutes: the mask may be one that was never kept

export class Sender {
  readonly #store: RecordingStore;
  readonly #transport: RecordingTransport;
  readonly #pause: (ms: number) => Promise<void>;
  readonly #onCompleted: (recording: StoredRecording) => void;
  readonly #listeners = new Set<() => void>();
  readonly #opened = new Set<string>();
  readonly #refused = new Map<string, Refused>();
  readonly #early = new Map<string, number>(); // tries that came before their mask
  /** By recording: how many chunks are known to be sent, so that a long take is not read anew. */
  readonly #sent = new Map<string, number>();
  #state: SendState = { waiting: 0, problem: "", refused: [] };
  #running: Promise<void> | null = null;
  #hasNews = false;

  constructor(
    store: RecordingStore,
    transport: RecordingTransport,
    onCompleted: (recording: StoredRecording) => void = () => {},
    pause: (ms: number) => Promise<void> = sleep,
  ) {
    this.#store = store;
    this.#transport = transport;
    this.#onCompleted = onCompleted;
    this.#pause = pause;
  }

  get state(): SendState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Sends everything that waits; resolves once nothing is left that can be sent now. */
  flush(): Promise<void> {
    this.#hasNews = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Gives a refused recording another chance. */
  retry(id: string): Promise<void> {
    this.#refused.delete(id);
    this.#early.delete(id);
    return this.flush();
  }

  async discard(id: string): Promise<void> {
    this.#refused.delete(id);
    await this.#store.forget(id);
    await this.#tell("");
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (this.#hasNews) {
      this.#hasNews = false;
      await this.#tell(this.#state.problem);
      try {
        let early: unknown = null;
        for (const recording of await this.#store.recordings())
          if (!this.#refused.has(recording.id))
            early = (await this.#sendOrRefuse(recording)) ?? early;
        if (early !== null) throw early;
        pauseMs = FIRST_PAUSE_MS;
        await this.#tell("");
      } catch (error) {
        await this.#tell(messageOf(error));
        await this.#pause(pauseMs);
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
        this.#hasNews = true;
      }
    }
  }

  /** Returns why the recording is to be sent again later, though the others need not wait; else null. */
  async #sendOrRefuse(recording: StoredRecording): Promise<unknown> {
    try {
      await this.#sendOne(recording);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (isEarly(error) && this.#countEarly(recording.id) <= MOST_EARLY) return error;
      if (isSilenced(error)) await this.#store.forget(recording.id);
      else this.#refused.set(recording.id, { recording, reason: messageOf(error) });
    }
    return null;
  }

  #countEarly(id: string): number {
    const tries = (this.#early.get(id) ?? 0) + 1;
    this.#early.set(id, tries);
    return tries;
  }

  async #sendOne(recording: StoredRecording): Promise<void> {
    const { id, image, mime, mask = null } = recording;
    if (!this.#opened.has(id)) {
      await this.#transport.open(image, { id, mime, mask });
      this.#opened.add(id);
    }
    // The end is written after the last chunk: read before the chunks, it promises all of them.
    const now = await this.#store.recording(id);
    for (;;) {
      const chunk = await this.#store.chunk(id, await this.#countSent(id));
      if (!chunk) break;
      await this.#transport.putChunk(id, chunk.number, chunk.bytes, chunk.sha256);
      await this.#store.markSent(chunk);
      await this.#tell("");
    }
    if (!now?.end) return;
    await this.#transport.complete(id, {
      chunks: now.end.chunks,
      duration_s: now.end.durationS,
      trace: await this.#store.trace(now),
      cuts: now.cuts ?? [],
    });
    // Asked at the last moment: the person may have taken the removal back.
    if ((await this.#store.recording(id))?.isRemoved) await this.#transport.remove(id);
    await this.#store.forget(id);
    this.#onCompleted(recording);
  }

  /** Chunks go up in their order. */
  async #countSent(id: string): Promise<number> {
    let count = this.#sent.get(id) ?? 0;
    while ((await this.#store.chunk(id, count))?.isSent) count += 1;
    this.#sent.set(id, count);
    return count;
  }

  async #tell(problem: string): Promise<void> {
    let waiting = 0;
    for (const { id } of await this.#store.recordings())
      waiting += (await this.#store.countChunks(id)) - (await this.#countSent(id));
    this.#state = { waiting, problem, refused: [...this.#refused.values()] };
    for (const listener of this.#listeners) listener();
  }
}

/** Said no for good: sending the same again cannot help, the person must decide. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof ProblemError &&
    error.status >= 400 &&
    error.status < 500 &&
    error.status !== 429
  );
}

/** The mask that it is about is on its way, too. */
function isEarly(error: unknown): boolean {
  return error instanceof ProblemError && error.code === "mask_not_saved";
}

/** Its speaker has deleted the voice: what this device holds of it goes, too. */
function isSilenced(error: unknown): boolean {
  return error instanceof ProblemError && error.code === "voice_deleted";
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
