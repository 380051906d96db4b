import "fake-indexeddb/auto";
import { vi } from "vitest";
import { Clock } from "@/recorder/clock";
import { RecordingStore } from "@/recorder/store";
import { type AudioSource, Take } from "@/recorder/take";

const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;

let studios = 0;

/** A device with a store of its own and a time that stands until it is set. */
export class Studio {
  nowMs = 0;
  person: number | null = 1; // who is logged in
  readonly store: RecordingStore;
  constructor() {
    vi.spyOn(Date, "now").mockImplementation(() => this.nowMs); // no two takes begin at once
    studios += 1;
    this.store = new RecordingStore(() => this.person, `studio-${studios}`);
  }
  clock(): Clock {
    return new Clock(() => this.nowMs);
  }
  source(): ScriptedSource {
    return new ScriptedSource(() => this.nowMs);
  }
  take(source: AudioSource, mask?: string): Take {
    return new Take(7, source, this.store, () => {}, this.clock(), mask);
  }
  /** A take that still runs, with a chunk for each word, two seconds apart. */
  async record(words: string[]): Promise<Take> {
    const source = this.source();
    const take = this.take(source);
    await take.start();
    for (const word of words) {
      this.nowMs += 2000;
      await source.say(word);
    }
    return take;
  }
  /** Half a second of speech and half a second of silence, in steps of 50 ms. */
  speak(take: Take, ...sentences: number[]): void {
    for (const level of sentences)
      for (let step = 0; step < 30; step += 1) {
        this.nowMs += 50;
        take.hear(step < 15 ? level : 0.05);
      }
  }
}

export class ScriptedSource implements AudioSource {
  readonly mime = "audio/webm";
  readonly #now: () => number;
  #onChunk: Parameters<AudioSource["start"]>[1] = async () => {};
  constructor(now: () => number) {
    this.#now = now;
  }
  start(_timesliceMs: number, onChunk: Parameters<AudioSource["start"]>[1]): void {
    this.#onChunk = onChunk;
  }
  lose = () => {};
  onLost(listener: () => void): void {
    this.lose = listener;
  }
  pause(): void {}
  resume(): void {}
  async stop(): Promise<void> {
    await this.#onChunk(bytes("last"), this.#now());
  }
  say(words: string, cutMs = this.#now()): Promise<void> {
    return this.#onChunk(bytes(words), cutMs);
  }
}
