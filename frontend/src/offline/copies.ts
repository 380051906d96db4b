/**
 * Copies of what the server sent, on this device: what a page without a network goes on with.
 *
 * They are a kindness. Nothing depends on their being kept, so a device that keeps none (a private
 * window, a full disk) stops nothing. What a person made is not here but in editor/outbox-db.ts.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { ImageQueue } from "@/api/queue-names";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

/** An image as it was last seen, with the place that the person had at it. */
export interface ImageCopy {
  readonly user: number;
  readonly image: number;
  readonly detail: Schemas["ImageDetail"];
  readonly claim: Schemas["Claimed"] | null;
  /** What it was opened or fetched ahead for. */
  readonly queue: ImageQueue | null;
  /** Whether it was worked on, not only fetched ahead. */
  readonly wasOpened: boolean;
  readonly kept_ms: number; // since 1970
}

/** An image that was taken along for a time without a network, and what it needs of the store. */
export interface Stocked {
  readonly user: number;
  readonly image: number;
  readonly objects: readonly { readonly name: string; readonly bytes: number }[];
}

interface Schema extends DBSchema {
  answers: { key: string; value: { path: string; body: unknown } };
  images: { key: [number, number]; value: ImageCopy; indexes: { by_kept: number } };
  objects: { key: string; value: { name: string; bytes: Blob } };
  uses: {
    key: string;
    value: { name: string; used_ms: number };
    indexes: { by_used: number };
  };
  stock: { key: [number, number]; value: Stocked };
}

const STORES = ["answers", "images", "objects", "uses", "stock"] as const;
const IMAGES_KEPT = 12;
const OBJECTS_KEPT = 30; // the pixels and the embedding of each, some 3 MB; and decoders

export class Copies {
  #opening: Promise<IDBPDatabase<Schema>> | null = null;
  #name: string;
  #imagesKept: number;
  #objectsKept: number;
  #isLeft = false;

  constructor(name = "anneal-copies", imagesKept = IMAGES_KEPT, objectsKept = OBJECTS_KEPT) {
    this.#name = name;
    this.#imagesKept = imagesKept;
    this.#objectsKept = objectsKept;
  }

  /** What the server answers at a path of the API. */
  async keepAnswer(path: string, body: unknown): Promise<void> {
    await this.#keep(async (db) => {
      await db.put("answers", { path, body });
    });
  }

  async answer(path: string): Promise<unknown> {
    return (await this.#kindly((db) => db.get("answers", path)))?.body;
  }

  /** Bytes of the object store: an image, an embedding, a decoder. Names never change meaning. */
  async keepObject(url: string, bytes: Blob): Promise<void> {
    const name = nameOf(url);
    await this.#keep(async (db) => {
      await db.put("uses", { name, used_ms: Date.now() });
      if ((await db.getKey("objects", name)) !== undefined) return;
      await db.put("objects", { name, bytes });
      await this.#letGoOfOld(db);
    });
  }

  async object(url: string): Promise<Blob | undefined> {
    return (await this.#kindly((db) => db.get("objects", nameOf(url))))?.bytes;
  }

  async hasObject(url: string): Promise<boolean> {
    return (await this.#kindly((db) => db.getKey("objects", nameOf(url)))) !== undefined;
  }

  async keepImage(copy: ImageCopy): Promise<void> {
    await this.#keep(async (db) => {
      await db.put("images", copy);
      await this.#letGoOfOld(db);
    });
  }

  /** It is done, and the place at it is no more. */
  async dropImage(user: number, image: number): Promise<void> {
    await this.#kindly(async (db) => {
      await Promise.all([db.delete("images", [user, image]), db.delete("stock", [user, image])]);
    });
  }

  /**
   * Keep an image with all that it needs until it is done, however many come after it. Somebody
   * counts on that: unlike the rest, this throws where it fails.
   */
  async stock(copy: ImageCopy, objects: ReadonlyMap<string, Blob>): Promise<void> {
    const { user, image } = copy;
    const named = [...objects].map(([url, bytes]) => ({ name: nameOf(url), bytes }));
    const sizes = named.map(({ name, bytes }) => ({ name, bytes: bytes.size }));
    await this.#use(async (db) => {
      if (this.#isLeft) return;
      const change = db.transaction(STORES, "readwrite");
      const put = async (object: (typeof named)[number]): Promise<void> => {
        await change.objectStore("uses").put({ name: object.name, used_ms: Date.now() });
        const kept = change.objectStore("objects");
        if ((await kept.getKey(object.name)) === undefined) await kept.put(object);
      };
      const puts = Promise.all([...named.map(put), change.objectStore("images").put(copy)]);
      const row = { user, image, objects: sizes };
      const isKept = puts.then(() => change.objectStore("stock").put(row));
      isKept.catch(() => undefined); // that the disk is full is what the transaction's end says
      await change.done;
      await isKept;
    });
  }

  /** What a person has taken along. */
  async stockOf(user: number): Promise<Stocked[]> {
    return (await this.#kindly((db) => db.getAll("stock", imagesOf(user)))) ?? [];
  }

  /** Let go of what a person took along, but for these images: it goes as room is needed. */
  async unstock(user: number, besides: readonly number[] = []): Promise<void> {
    await this.#kindly(async (db) => {
      for (const { image } of await db.getAll("stock", imagesOf(user))) {
        if (!besides.includes(image)) await db.delete("stock", [user, image]);
      }
      await this.#letGoOfOld(db);
    });
  }

  async image(user: number, image: number): Promise<ImageCopy | undefined> {
    return this.#kindly((db) => db.get("images", [user, image]));
  }

  /** The images of a person in a project, the one kept last first. */
  async images(user: number, project: number): Promise<ImageCopy[]> {
    const copies = (await this.#kindly((db) => db.getAll("images", imagesOf(user)))) ?? [];
    return copies
      .filter(({ detail }) => detail.project === project)
      .sort((a, b) => b.kept_ms - a.kept_ms);
  }

  /** Somebody else uses this device now: none of it is theirs to see. */
  async forgetAll(): Promise<void> {
    await this.#kindly(async (db) => {
      const change = db.transaction(STORES, "readwrite");
      await Promise.all([...STORES.map((store) => change.objectStore(store).clear()), change.done]);
    });
  }

  /** The person logs out: nothing of theirs is left, and nothing that is still on its way is kept. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    await this.forgetAll();
  }

  /** They could not log out, and go on. */
  stay(): void {
    this.#isLeft = false;
  }

  /** Of what nobody has taken along, the newest stays. */
  async #letGoOfOld(db: IDBPDatabase<Schema>): Promise<void> {
    const stock = await db.getAll("stock");
    const names = new Set(stock.flatMap(({ objects }) => objects.map(({ name }) => name)));
    const isNeeded = ([user, image]: [number, number]): boolean =>
      stock.some((row) => row.user === user && row.image === image);
    const images = await db.getAllKeysFromIndex("images", "by_kept");
    for (const old of images.filter((key) => !isNeeded(key)).slice(0, -this.#imagesKept)) {
      await db.delete("images", old);
    }
    const objects = await db.getAllKeysFromIndex("uses", "by_used");
    for (const old of objects.filter((name) => !names.has(name)).slice(0, -this.#objectsKept)) {
      await Promise.all([db.delete("objects", old), db.delete("uses", old)]);
    }
  }

  async #keep(put: (db: IDBPDatabase<Schema>) => Promise<void>): Promise<void> {
    await this.#kindly(async (db) => {
      if (!this.#isLeft) await put(db);
    });
  }

  /** What fails is as if nothing were kept. */
  async #kindly<T>(use: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#use(use);
    } catch {
      return undefined;
    }
  }

  async #use<T>(use: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      this.#opening ??= this.#open();
      return await use(await this.#opening);
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    return openDB<Schema>(this.#name, 2, {
      upgrade(db, before) {
        if (before < 2) db.createObjectStore("stock", { keyPath: ["user", "image"] });
        if (before > 0) return;
        db.createObjectStore("answers", { keyPath: "path" });
        const images = db.createObjectStore("images", { keyPath: ["user", "image"] });
        images.createIndex("by_kept", "kept_ms");
        db.createObjectStore("objects", { keyPath: "name" });
        db.createObjectStore("uses", { keyPath: "name" }).createIndex("by_used", "used_ms");
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
  }
}

export const copies = new Copies();

/** What a person has taken along, in bytes. */
export function bytesOf(stock: readonly Stocked[]): number {
  const sizes = new Map<string, number>(); // images share a decoder
  for (const { objects } of stock) for (const { name, bytes } of objects) sizes.set(name, bytes);
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function imagesOf(user: number): IDBKeyRange {
  return IDBKeyRange.bound([user, 0], [user, Number.MAX_SAFE_INTEGER]);
}

/** Without the signature that lets one fetch it, which is another one each time. */
function nameOf(url: string): string {
  return url.split("?", 1)[0] as string;
}
