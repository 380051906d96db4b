/** One take: microphone in, numbered chunks and the trace out, on one clock. */

import type { Mime } from "@/api/types";
import limits from "../../../engine/media/limits.json";
import { Clock } from "./clock";
import { type Cut, withCut } from "./cuts";
import { Sentences } from "./sentences";
import { sha256Hex } from "./sha256";
import type { RecordingStore, StoredRecording, TracePiece } from "./store";
import { Trace } from "./trace";

/** What a take needs of MediaRecorder; tests bring their own. */
export interface AudioSource {
  readonly mime: Mime;
  /** Hands over chunks one after the other, each with when it was cut, by `performance.now()`. */
  start(timesliceMs: number, onChunk: (bytes: ArrayBuffer, cutMs: number) => Promise<void>): void;
  pause(): void;
  resume(): void;
  /** Tells once if the sound ends before it is stopped, after the last chunk was handed over. */
  onLost(listener: () => void): void;
  /** Resolves after the last chunk was handed over. */
  stop(): Promise<void>;
}

export type TakeState = "recording" | "paused" | "stopped";

const TIMESLICE_MS = 2000;
const SILENT_AFTER_S = 5;
/** Longer ones are not transcribed. */
const LONGEST_S = limits.longest_take_s;

const NO_ROOM =
  "This device has no room left for audio. What was said before is kept. Free some space, then record the rest.";
const TOO_LONG = `A take is at most ${LONGEST_S / 3600} hours long. All of it is kept; go on in another take.`;
const LOST =
  "The microphone went away. What was said before is kept. Plug it in again, then record the rest.";
const SILENT =
  "Nothing was heard in this take. Choose another microphone, or see whether it is muted, then record again.";

export class Take {
  readonly id = crypto.randomUUID();
  readonly clock: Clock;
  readonly trace: Trace;
  /** That it is about; null: the image. */
  readonly mask: string | null;
  readonly #image: number;
  readonly #source: AudioSource;
  readonly #store: RecordingStore;
  readonly #onStored: () => void;
  readonly #startedAt = Date.now();
  readonly #listeners = new Set<() => void>();
  readonly #sentences = new Sentences();
  #cuts: readonly Cut[] = [];
  #isRemoved = false;
  #isWhole = false;
  #state: TakeState = "recording";
  #chunks = 0;
  #traced = 0; // points that are in chunks for good
  #problem = "";

  constructor(
    image: number,
    source: AudioSource,
    store: RecordingStore,
    onStored: () => void,
    clock = new Clock(),
    mask: string | null = null,
  ) {
    this.mask = mask;
    this.#image = image;
    this.#source = source;
    this.#store = store;
    this.#onStored = onStored;
    this.clock = clock;
    this.trace = new Trace(clock);
  }

  get state(): TakeState {
    return this.#state;
  }

  /** Whether all of it is on the device, its end as well, or never will be: some time after the stop. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** What ended the take early or spoilt it, in words; empty while all is well. */
  get problem(): string {
    return this.#problem;
  }

  /** What was taken back so far. */
  get cuts(): readonly Cut[] {
    return this.#cuts;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async start(): Promise<void> {
    await this.#note(null);
    this.#source.onLost(() => this.#end(LOST));
    this.#source.start(TIMESLICE_MS, (bytes, cutMs) => this.#keep(bytes, cutMs));
    this.clock.start();
  }

  pause(): void {
    if (this.#state !== "recording") return;
    this.#source.pause();
    this.clock.stop();
    this.#set("paused");
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#source.resume();
    this.clock.start();
    this.#set("recording");
  }

  /** Takes in how loud it is now, 0 to 1: pauses part the sentences. */
  hear(level: number): void {
    if (this.#state === "recording") this.#sentences.hear(level, this.clock.seconds);
  }

  /** Whether it has gone on for a while and nobody was heard. */
  get isSilent(): boolean {
    return this.#sentences.isSilent && this.clock.seconds >= SILENT_AFTER_S;
  }

  /** Cuts the last sentence, or the one before it if nothing was said since. Null: there is none. */
  takeBack(): Cut | null {
    if (this.#state === "stopped") return null;
    const now = this.clock.seconds;
    const last = this.#cuts.at(-1);
    const isNew = !last || this.#sentences.isSpokenBetween(last.end_s, now);
    const start = this.#sentences.startOfLast(isNew ? now : last.start_s);
    const start_s = isNew ? Math.max(start, last?.end_s ?? 0) : start;
    if (start_s >= now) return null;
    const cut = { start_s: round(start_s), end_s: round(now) };
    this.#setCuts(withCut(this.#cuts, cut));
    return cut;
  }

  /** Has the cuts be what they were, while the take goes on. */
  putBack(cuts: readonly Cut[]): void {
    if (this.#state !== "stopped") this.#setCuts(cuts);
  }

  /** Stops, and puts the take in the trash, from where it can be brought back. */
  async abandon(): Promise<void> {
    this.#isRemoved = true;
    await this.stop();
  }

  async stop(): Promise<void> {
    if (this.#state === "stopped") return;
    this.clock.stop();
    this.#set("stopped");
    try {
      await this.#source.stop();
      await this.#note({ chunks: this.#chunks, durationS: this.clock.seconds });
    } finally {
      this.#isWhole = true;
      this.#tell();
    }
    if (this.isSilent && !this.#isRemoved) this.#complain(SILENT);
    this.#onStored();
  }

  /** Writes a chunk to the device first; a chunk that cannot be kept ends the take before it. */
  async #keep(bytes: ArrayBuffer, cutMs: number): Promise<void> {
    if (this.#problem) return;
    // Not when it is written: on a busy disk that is a second later.
    const endS = this.clock.secondsAt(cutMs);
    try {
      const sha256 = await sha256Hex(bytes);
      const trace = this.#untraced();
      const chunk = { recording: this.id, number: this.#chunks, bytes, sha256, trace };
      await this.#store.putChunk({ ...chunk, endS, isSent: 0 });
      this.#chunks += 1;
      this.#traced = Math.max(trace.from, trace.from + trace.points.length - 1);
      if (this.#state !== "stopped") await this.#note(null);
      if (this.clock.seconds >= LONGEST_S) this.#end(TOO_LONG);
      this.#onStored();
    } catch {
      this.#complain(NO_ROOM);
      void this.stop();
    }
  }

  /** Ends the take for a reason that its speaker did not choose. */
  #end(problem: string): void {
    if (this.#state === "stopped") return;
    const stopped = this.stop(); // first: the last chunk is still to be kept
    void stopped.then(() => this.#complain(problem));
  }

  #complain(problem: string): void {
    this.#problem ||= problem;
    this.#tell();
  }

  /** The points since the latest chunk, and the one before: a later move may yet replace it. */
  #untraced(): TracePiece {
    return { from: this.#traced, points: this.trace.points.slice(this.#traced) };
  }

  #note(end: StoredRecording["end"]): Promise<void> {
    const { from, points } = this.#untraced();
    return this.#store.putRecording({
      id: this.id,
      image: this.#image,
      mask: this.mask,
      mime: this.#source.mime,
      startedAt: this.#startedAt,
      trace: points,
      traceFrom: from,
      cuts: this.#cuts,
      isRemoved: this.#isRemoved,
      end,
    });
  }

  #setCuts(cuts: readonly Cut[]): void {
    this.#cuts = cuts;
    this.#note(null).catch(() => undefined); // the next chunk tells that there is no room
    this.#tell();
  }

  #set(state: TakeState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function round(seconds: number): number {
  return Number(seconds.toFixed(3));
}

/** Closes takes that a crash cut off, and returns them: what was stored is a recording of its own. */
export async function closeBrokenTakes(
  store: RecordingStore,
  isLive: (id: string) => boolean,
): Promise<StoredRecording[]> {
  const closed: StoredRecording[] = [];
  for (const recording of await store.recordings()) {
    if (recording.end || isLive(recording.id)) continue;
    const chunks = await store.countChunks(recording.id);
    const last = await store.chunk(recording.id, chunks - 1);
    if (!last) await store.forget(recording.id);
    else {
      const end = { chunks, durationS: last.endS };
      await store.putRecording({ ...recording, end });
      closed.push({ ...recording, end });
    }
  }
  return closed;
}
