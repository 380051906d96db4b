/** What this device keeps of images, for going on with them where there is no network. */

import { UnreachableError } from "@/api/problem";
import type { ImageQueue } from "@/api/queue-names";
import type { Annotations } from "@/editor/operations";
import type { OutboxDatabase } from "@/editor/outbox-db";
import { schedule } from "@/editor/schedule";
import type { Copies, ImageCopy } from "@/offline/copies";
import { detailWith, fetchImage, type ImageDetail } from "./api";
import type { OpenImage } from "./open-image";

const LATER_MS = 1_000; // a copy is behind by no more, and a burst of saves makes one

/** Whose work it is, and of what. */
export interface Whose {
  readonly user: number;
  readonly project: number;
  readonly queue: ImageQueue | undefined;
}

export class Provisions {
  #copies: Copies;
  #db: Promise<OutboxDatabase>;
  #whose: Whose;

  constructor(copies: Copies, db: Promise<OutboxDatabase>, whose: Whose) {
    this.#copies = copies;
    this.#db = db;
    this.#whose = whose;
  }

  /** An image as the server has it, or without a network as it was last seen here. */
  readonly detail = async (image: number): Promise<ImageDetail> => {
    try {
      const detail = await fetchImage(image);
      schedule(() => void this.#keepAhead(detail), LATER_MS);
      return detail;
    } catch (error) {
      const copy = error instanceof UnreachableError ? await this.at(image) : undefined;
      if (copy === undefined) throw error;
      return copy.detail;
    }
  };

  /** Keep the copy of an image that is worked on as the image is on the server. */
  follow(open: OpenImage): void {
    const { status, outbox, editor, claim } = open;
    let saved: { version: number; annotations: Annotations } | null = null;
    const keep = (): void => {
      if (saved === null || open.isClosed) return;
      const detail = detailWith(open.detail.get(), saved.version, saved.annotations);
      saved = null;
      this.#keep({ detail, claim, wasOpened: true });
    };
    const note = (): void => {
      if (status.get().state !== "saved") return; // what waits is in the outbox
      if (saved === null) schedule(keep, LATER_MS);
      saved = { version: outbox.version, annotations: editor.annotations.get() };
    };
    status.subscribe(note);
    note();
  }

  /** It is done: a copy would speak of a place that is no more. */
  async letGo(image: number): Promise<void> {
    await this.#copies.dropImage(this.#whose.user, image);
  }

  async at(image: number): Promise<ImageCopy | undefined> {
    return this.#copies.image(this.#whose.user, image);
  }

  /** The image to go on with: the one that was open last, else the next; `besides` one, the next. */
  async best(besides: number | undefined): Promise<ImageCopy | undefined> {
    const unfinished = await this.#unfinished();
    const last = unfinished.find(({ wasOpened }) => wasOpened);
    if (besides === undefined && last !== undefined) return last;
    const ahead = unfinished
      .filter((copy) => copy.image !== besides && isToDo(copy) && copy.detail.people === 1)
      .sort(asTheServerGives);
    for (const copy of ahead) {
      if (await this.#copies.hasObject(copy.detail.display_url)) return copy;
    }
    return undefined;
  }

  /** Of this queue, without those whose end is only to be sent. */
  async #unfinished(): Promise<ImageCopy[]> {
    const { user, project, queue } = this.#whose;
    const ended = new Set((await (await this.#db).endings(user)).map(({ image }) => image));
    const copies = await this.#copies.images(user, project);
    return copies.filter((copy) => copy.queue === (queue ?? null) && !ended.has(copy.image));
  }

  /** Of an image that is worked on, the place stays as it was kept. */
  async #keepAhead(detail: ImageDetail): Promise<void> {
    const { claim, wasOpened } = (await this.at(detail.id)) ?? { claim: null, wasOpened: false };
    this.#keep({ detail, claim, wasOpened });
  }

  #keep(copy: Pick<ImageCopy, "detail" | "claim" | "wasOpened">): void {
    const { user, queue } = this.#whose;
    const { id } = copy.detail;
    const kept = { ...copy, user, image: id, queue: queue ?? null, kept_ms: Date.now() };
    void this.#copies.keepImage(kept);
  }
}

/** What was opened before and left is not, unless it was returned. */
function isToDo({ detail: { status }, wasOpened }: ImageCopy): boolean {
  return status === "returned" || (status === "todo" && !wasOpened);
}

/** What was returned comes first, then the older image. */
function asTheServerGives(a: ImageCopy, b: ImageCopy): number {
  const isReturned = ({ detail }: ImageCopy): boolean => detail.status === "returned";
  return Number(isReturned(b)) - Number(isReturned(a)) || a.image - b.image;
}
