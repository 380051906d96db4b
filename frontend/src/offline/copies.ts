/**
 * Copies of what the server sent, on this device: what a page without a network goes on with.
 *
 * They are a kindness. Nothing depends on their being kept, so a device that keeps none (a private
 * window, a full disk) stops nothing. What a person made is not here but in editor/outbox-db.ts.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { ImageQueue } from "@/api/queues";
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

interface Schema extends DBSchema {
  answers: { key: string; value: { path: string; body: unknown } };
  images: { key: [number, number]; value: ImageCopy; indexes: { by_kept: number } };
  objects: { key: string; value: { name: string; bytes: Blob } };
  uses: {
    key: string;
    value: { name: string; used_ms: number };
    indexes: { by_used: number };
  };
}

const STORES = ["answers", "images", "objects", "uses"] as const;
const IMAGES_KEPT = 12;
const OBJECTS_KEPT = 30; // the pixels and the embedding of each, some 3 MB; and decoders

export class Copies {
  #opening: Promise<IDBPDatabase<Schema>> | null = null;
  #name: string;
  #imagesKept: number;
  #objectsKept: number;

  constructor(name = "anneal-copies", imagesKept = IMAGES_KEPT, objectsKept = OBJECTS_KEPT) {
    this.#name = name;
    this.#imagesKept = imagesKept;
    this.#objectsKept = objectsKept;
  }

  /** What the server answers at a path of the API. */
  async keepAnswer(path: string, body: unknown): Promise<void> {
    await this.#kindly((db) => db.put("answers", { path, body }));
  }

  async answer(path: string): Promise<unknown> {
    return (await this.#kindly((db) => db.get("answers", path)))?.body;
  }

  /** Bytes of the object store: an image, an embedding, a decoder. Names never change meaning. */
  async keepObject(url: string, bytes: Blob): Promise<void> {
    const name = nameOf(url);
    await this.#kindly(async (db) => {
      await db.put("uses", { name, used_ms: Date.now() });
      if ((await db.getKey("objects", name)) !== undefined) return;
      await db.put("objects", { name, bytes });
      const longestUnused = await db.getAllKeysFromIndex("uses", "by_used");
      for (const old of longestUnused.slice(0, -this.#objectsKept)) {
        await Promise.all([db.delete("objects", old), db.delete("uses", old)]);
      }
    });
  }

  async object(url: string): Promise<Blob | undefined> {
    return (await this.#kindly((db) => db.get("objects", nameOf(url))))?.bytes;
  }

  async hasObject(url: string): Promise<boolean> {
    return (await this.#kindly((db) => db.getKey("objects", nameOf(url)))) !== undefined;
  }

  async keepImage(copy: ImageCopy): Promise<void> {
    await this.#kindly(async (db) => {
      await db.put("images", copy);
      const oldestFirst = await db.getAllKeysFromIndex("images", "by_kept");
      for (const old of oldestFirst.slice(0, -this.#imagesKept)) await db.delete("images", old);
    });
  }

  /** It is done, and the place at it is no more. */
  async dropImage(user: number, image: number): Promise<void> {
    await this.#kindly((db) => db.delete("images", [user, image]));
  }

  async image(user: number, image: number): Promise<ImageCopy | undefined> {
    return this.#kindly((db) => db.get("images", [user, image]));
  }

  /** The images of a person in a project, the one kept last first. */
  async images(user: number, project: number): Promise<ImageCopy[]> {
    const own = IDBKeyRange.bound([user, 0], [user, Number.MAX_SAFE_INTEGER]);
    const copies = (await this.#kindly((db) => db.getAll("images", own))) ?? [];
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

  async #kindly<T>(use: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
    try {
      this.#opening ??= this.#open();
      return await use(await this.#opening);
    } catch {
      this.#opening = null;
      return undefined;
    }
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    return openDB<Schema>(this.#name, 1, {
      upgrade(db) {
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

/** Without the signature that lets one fetch it, which is another one each time. */
function nameOf(url: string): string {
  return url.split("?", 1)[0] as string;
}
