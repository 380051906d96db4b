/**
 * A stock for a time without a network: the next images of a queue, each whole with its pixels, its
 * embedding and its decoder. There is one for each person, and it goes on being filled while they
 * work or open other pages.
 */

import { ProblemError, UnreachableError } from "@/api/problem";
import { Signal } from "@/editor/signal";
import { bytesOf, type Copies, copies } from "@/offline/copies";
import { fetchBlob } from "@/offline/kept-objects";
import { fetchImage, fetchUpcoming, type ImageDetail } from "../api";
import type { Whose } from "../provisions";

export const STOCK = 20; // images: as many as the server tells of

export type End = "done" | "stopped" | "full" | "unreachable" | "failed";

/** How far it is filled. */
export interface Filling {
  readonly of: number; // images that come next
  readonly seen: number; // of these, so far
  readonly shared: number; // of these: several people do them, which takes a network
  readonly here: number; // images on the device
  readonly bytes: number; // of these
  readonly end: End | null; // null while it is under way
  readonly error: unknown;
}

const BEGUN: Filling = {
  ...{ of: 0, seen: 0, shared: 0, here: 0, bytes: 0, end: null, error: null },
};

export class Stock {
  readonly filling = new Signal<Filling | null>(null); // null before the first time
  #copies: Copies;
  #stop = new AbortController();

  constructor(copies: Copies) {
    this.#copies = copies;
  }

  get isUnderWay(): boolean {
    return this.filling.get()?.end === null;
  }

  /** Fetch image after image; what an earlier stock had and does not come next is let go of. */
  async fill(whose: Whose): Promise<void> {
    if (this.isUnderWay) return;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const { user, project, queue } = whose;
    this.filling.set(BEGUN);
    try {
      const images = await fetchUpcoming(project, { queue, count: STOCK });
      await this.#copies.unstock(user, images);
      await this.#note(user, { of: images.length });
      for (const [index, image] of images.entries()) {
        signal.throwIfAborted();
        const isShared = await this.#take(image, whose, signal);
        const { shared } = this.#now;
        await this.#note(user, { seen: index + 1, shared: shared + Number(isShared) });
      }
      await this.#note(user, { end: "done" });
    } catch (error) {
      await this.#note(user, { end: signal.aborted ? "stopped" : endOf(error), error });
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Says whether it is one that several people do: of that each needs their own view. */
  async #take(image: number, { user, queue }: Whose, signal: AbortSignal): Promise<boolean> {
    const detail = await this.#detail(image, signal);
    if (detail === null) return false;
    if (detail.people > 1) return true;
    const objects = new Map<string, Blob>();
    for (const url of objectsOf(detail)) {
      const kept = await this.#copies.object(url);
      objects.set(url, kept ?? (await fetchBlob(url, signal)));
    }
    const { claim = null, wasOpened = false } = (await this.#copies.image(user, image)) ?? {};
    const copy = { user, image, detail, claim, queue: queue ?? null, wasOpened };
    await this.#copies.stock({ ...copy, kept_ms: Date.now() }, objects);
    return false;
  }

  /** Null where it was deleted meanwhile. */
  async #detail(image: number, signal: AbortSignal): Promise<ImageDetail | null> {
    try {
      return await fetchImage(image, signal);
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) return null;
      throw error;
    }
  }

  get #now(): Filling {
    return this.filling.get() ?? BEGUN;
  }

  async #note(user: number, news: Partial<Filling>): Promise<void> {
    const stock = await this.#copies.stockOf(user);
    this.filling.set({ ...this.#now, here: stock.length, bytes: bytesOf(stock), ...news });
  }
}

export const stock = new Stock(copies);

function objectsOf({ display_url, embedding, bundle }: ImageDetail): string[] {
  const urls = [display_url, embedding?.url, bundle?.decoder_url];
  return urls.filter((url) => url !== undefined);
}

function endOf(error: unknown): End {
  if (error instanceof UnreachableError || error instanceof TypeError) return "unreachable";
  return error instanceof DOMException && error.name === "QuotaExceededError" ? "full" : "failed";
}
