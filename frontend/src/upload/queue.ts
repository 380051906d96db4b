/** Uploads of one project: a few at a time, in parts, resumed where they stopped. */

import { messageOf, ProblemError } from "@/api/problem";
import type { UploadPlan } from "@/api/types";
import type { FinishedPart } from "@/api/uploads";
import { keyOf, type RememberedUpload, type UploadMemory } from "./memory";
import { nameOf } from "./names";
import { hasArrived, isCancelled, isRefusal, leftOut } from "./refusals";
import type { UploadTransport } from "./transport";

export type ItemState = "waiting" | "uploading" | "sent" | "failed";

export interface UploadItem {
  readonly id: string;
  readonly batch: string;
  readonly groupBy: string;
  readonly name: string;
  readonly bytes: number;
  readonly sentBytes: number;
  /** When the server had all of it, in ms since the epoch. */
  readonly sentAt: number | null;
  readonly state: ItemState;
  readonly message: string;
}

interface Options {
  atOnce?: number;
  attempts?: number;
  /** Waits before attempt 2, 3, ...; no longer than until it is told to stop. */
  pause?: (attempt: number, stop: AbortSignal) => Promise<void>;
}

interface Sending {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

type Sent = Pick<UploadItem, "id" | "batch" | "groupBy">;

const MAX_PAUSE_MS = 20_000;

export class UploadQueue {
  readonly #project: number;
  readonly #transport: UploadTransport;
  readonly #memory: UploadMemory;
  readonly #options: Required<Options>;
  readonly #files = new Map<string, File>();
  readonly #sending = new Map<string, Sending>();
  readonly #begun = new Set<string>(); // what the server has said to have begun, now or earlier
  readonly #listeners = new Set<() => void>();
  #items: readonly UploadItem[] = [];
  #running = 0;

  constructor(
    project: number,
    transport: UploadTransport,
    memory: UploadMemory,
    options: Options = {},
  ) {
    this.#project = project;
    this.#transport = transport;
    this.#memory = memory;
    this.#options = { atOnce: 3, attempts: 6, pause: backOff, ...options };
  }

  get items(): readonly UploadItem[] {
    return this.#items;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Returns the ids of the uploads, which are those of the datasets in them. One call is a batch;
   * `groupBy` says what of its images belongs together. A file that is on the list is tried again
   * if it failed, and else left to come to its end.
   */
  add(files: readonly File[], groupBy = ""): string[] {
    const batch = crypto.randomUUID();
    const listed = this.#listedKeys();
    const ids = files.map((file) => {
      const key = keyOf(this.#project, file);
      const id = listed.get(key) ?? this.#memory.load(key)?.id ?? crypto.randomUUID();
      listed.set(key, id);
      this.#addOne(id, file, batch, groupBy);
      return id;
    });
    this.#startMore();
    return ids;
  }

  retry(id: string): void {
    this.#change(id, { state: "waiting", message: "" });
    this.#startMore();
  }

  retryFailed(): void {
    const anew = { state: "waiting", message: "" } as const;
    this.#set(this.#items.map((item) => (item.state === "failed" ? { ...item, ...anew } : item)));
    this.#startMore();
  }

  /**
   * Takes a file off the list, also one that another page began, and has the server forget it. That
   * is asked for once nothing of it is on the wire: else it might be begun after it was forgotten.
   * Throws where the server does not: unless the file has arrived, it is back on the list then.
   */
  async cancel(id: string): Promise<void> {
    const item = this.#items.find((each) => each.id === id);
    const file = this.#files.get(id);
    const sending = this.#sending.get(id);
    sending?.stop.abort();
    const kept = file ? this.#kept(id, file) : null;
    if (file) this.#forget(id, file);
    this.#drop(id);
    await sending?.ended;
    try {
      await this.#transport.cancel(this.#project, id);
    } catch (error) {
      if (file && !this.#begun.has(id)) return; // there is nothing of it to forget
      if (item && file && !hasArrived(error)) this.#putBack(item, file, kept);
      throw error;
    }
  }

  /** Takes files off the list that the server tells of, none of which is on its way any more. */
  settle(ids: readonly string[]): void {
    const settled = new Set(ids);
    for (const id of settled) {
      const file = this.#files.get(id);
      if (file) this.#forget(id, file);
      this.#files.delete(id);
    }
    this.#set(this.#items.filter((item) => !settled.has(item.id)));
  }

  /** Ids by key of the files that are yet to be sent. */
  #listedKeys(): Map<string, string> {
    const listed = new Map<string, string>();
    for (const { id, state } of this.#items) {
      const file = this.#files.get(id);
      if (file && state !== "sent") listed.set(keyOf(this.#project, file), id);
    }
    return listed;
  }

  #addOne(id: string, file: File, batch: string, groupBy: string): void {
    const told = { batch, groupBy, state: "waiting", message: "" } as const;
    if (!this.#files.has(id)) {
      const item = { id, name: nameOf(file), bytes: file.size, sentBytes: 0, sentAt: null };
      if (this.#kept(id, file)) this.#begun.add(id);
      this.#files.set(id, file);
      this.#set([...this.#items, { ...item, ...told }]);
    } else if (this.#items.some((item) => item.id === id && item.state === "failed")) {
      this.#files.set(id, file); // the one from before may not be readable any more
      this.#change(id, told);
    }
  }

  #startMore(): void {
    while (this.#running < this.#options.atOnce) {
      const next = this.#items.find((item) => item.state === "waiting");
      if (!next) return;
      this.#running += 1;
      this.#change(next.id, { state: "uploading" });
      const stop = new AbortController();
      const ended = this.#upload(next, stop.signal).finally(() => {
        this.#sending.delete(next.id);
        this.#running -= 1;
        this.#startMore();
      });
      this.#sending.set(next.id, { stop, ended });
    }
  }

  async #upload({ id, batch, groupBy }: UploadItem, stop: AbortSignal): Promise<void> {
    const file = this.#files.get(id);
    if (!file) return;
    try {
      await this.#persist({ id, batch, groupBy }, file, stop);
      this.#forget(id, file);
      this.#change(id, { state: "sent", sentAt: Date.now(), sentBytes: file.size });
    } catch (error) {
      if (!stop.aborted) this.#change(id, { state: "failed", message: messageOf(error) });
    }
  }

  /**
   * Attempts until it is through, the server refuses, or patience ends. What was begun and is not
   * there any more was left out elsewhere: only a person has it begun anew.
   */
  async #persist(sent: Sent, file: File, stop: AbortSignal): Promise<void> {
    let isBegun = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        stop.throwIfAborted();
        if (isBegun) await this.#expectKnown(sent.id);
        const plan = await this.#begin(sent, file, stop);
        isBegun = true;
        return await this.#send(plan, file, stop);
      } catch (error) {
        if (isCancelled(error)) throw leftOut();
        if (stop.aborted || isRefusal(error) || attempt === this.#options.attempts) throw error;
        this.#change(sent.id, { message: "The connection broke. Trying again…" });
        await this.#options.pause(attempt, stop);
      }
    }
  }

  async #expectKnown(id: string): Promise<void> {
    if (!(await this.#transport.isKnown(this.#project, id))) throw leftOut();
  }

  /** Asks which parts are missing, with fresh addresses. */
  async #begin({ id, batch, groupBy }: Sent, file: File, stop: AbortSignal): Promise<UploadPlan> {
    stop.throwIfAborted();
    const plan = await this.#transport.begin(this.#project, {
      id,
      batch,
      file_name: nameOf(file),
      bytes: file.size,
      group_by: groupBy,
    });
    this.#begun.add(id);
    return plan;
  }

  /** Sends the parts that are missing, and completes. */
  async #send({ id, state, parts }: UploadPlan, file: File, stop: AbortSignal): Promise<void> {
    stop.throwIfAborted();
    if (state !== "pending") return;
    const key = keyOf(this.#project, file);
    const missing = new Set(parts.map((part) => part.number));
    const done = (this.#kept(id, file)?.parts ?? []).filter(({ number }) => !missing.has(number));
    this.#memory.save(key, { id, parts: done }); // at once: a reload may come before its first part
    let sentBytes = file.size - parts.reduce((sum, p) => sum + p.to_byte - p.from_byte, 0);
    this.#change(id, { message: "", sentBytes });
    for (const { number, url, from_byte, to_byte } of parts) {
      const base = sentBytes;
      const bytes = file.slice(from_byte, to_byte);
      const etag = await this.#transport.put(
        url,
        bytes,
        (sent) => this.#change(id, { sentBytes: base + sent }),
        stop,
      );
      stop.throwIfAborted();
      sentBytes = base + bytes.size;
      done.push({ number, etag });
      this.#memory.save(key, { id, parts: done });
    }
    await this.#complete(
      id,
      done.sort((a, b) => a.number - b.number),
    );
  }

  /** Fails in plain words where it was left out elsewhere while its last part was sent. */
  async #complete(id: string, parts: FinishedPart[]): Promise<void> {
    try {
      await this.#transport.complete(id, parts);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) await this.#expectKnown(id);
      throw error;
    }
  }

  /** What is remembered of the file under this id: by now it may be on its way under another. */
  #kept(id: string, file: File): RememberedUpload | null {
    const kept = this.#memory.load(keyOf(this.#project, file));
    return kept?.id === id ? kept : null;
  }

  #forget(id: string, file: File): void {
    if (this.#kept(id, file)) this.#memory.forget(keyOf(this.#project, file));
  }

  #change(id: string, change: Partial<UploadItem>): void {
    this.#set(this.#items.map((item) => (item.id === id ? { ...item, ...change } : item)));
  }

  #drop(id: string): void {
    this.#files.delete(id);
    this.#set(this.#items.filter((item) => item.id !== id));
  }

  /** Remembered again, unless the file was dropped anew meanwhile. */
  #putBack(item: UploadItem, file: File, kept: RememberedUpload | null): void {
    const key = keyOf(this.#project, file);
    const message = "It was not left out. Leave it out again, or try again to send it.";
    this.#files.set(item.id, file);
    if (!this.#memory.load(key)) this.#memory.save(key, kept ?? { id: item.id, parts: [] });
    this.#set([{ ...item, state: "failed", message }, ...this.#items]);
  }

  #set(items: readonly UploadItem[]): void {
    this.#items = items;
    for (const listener of this.#listeners) listener();
  }
}

function backOff(attempt: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(MAX_PAUSE_MS, 500 * 2 ** attempt));
    stop.addEventListener("abort", end);
  });
}
