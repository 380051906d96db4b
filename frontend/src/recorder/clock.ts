/** The one clock of a recording: zero at its start, standing still while it is paused.

Audio leaves pauses out, so trace and words only meet on a clock that does the same. */
export class Clock {
  readonly #now: () => number;
  #startedMs: number | null = null;
  #elapsedMs = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  start(): void {
    this.#startedMs ??= this.#now();
  }

  stop(): void {
    this.#elapsedMs = this.#read();
    this.#startedMs = null;
  }

  get isRunning(): boolean {
    return this.#startedMs !== null;
  }

  /** Seconds of audio so far. */
  get seconds(): number {
    return this.#read() / 1000;
  }

  /** Seconds of audio at a moment since it was started last, in milliseconds of its own `now`. */
  secondsAt(nowMs: number): number {
    return this.#read(nowMs) / 1000;
  }

  #read(nowMs = this.#now()): number {
    const since = this.#startedMs === null ? 0 : Math.max(0, nowMs - this.#startedMs);
    return this.#elapsedMs + since;
  }
}
