/** What is known of unfinished uploads after a reload: dropping the same file again goes on. */

import type { FinishedPart } from "@/api/uploads";
import { fieldsOf, readKept } from "@/editor/kept";
import { nameOf } from "./names";

export interface RememberedUpload {
  id: string;
  parts: FinishedPart[];
}

export interface UploadMemory {
  load(key: string): RememberedUpload | null;
  save(key: string, upload: RememberedUpload): void;
  forget(key: string): void;
}

type Texts = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const PREFIX = "anneal.upload";
const KEPT_MS = 30 * 86_400_000; // for as long the server waits for what is missing

/** The same file by name, size and time of change, which is all a browser tells cheaply. */
export function keyOf(project: number, file: File): string {
  return `${PREFIX}.${project}.${nameOf(file)}.${file.size}.${file.lastModified}`;
}

/** What a browser keeps, also without the page. */
export function memoryIn(storage: Texts): UploadMemory {
  return {
    load(key) {
      const text = storage.getItem(key);
      return text === null ? null : (JSON.parse(text) as RememberedUpload);
    },
    save(key, upload) {
      try {
        storage.setItem(key, JSON.stringify({ ...upload, at: Date.now() }));
      } catch {
        // This browser has no room: the file is sent all the same, and anew after a reload.
      }
    },
    forget: (key) => storage.removeItem(key),
  };
}

/** Forgets what nobody has gone on with until the server gave it up. */
export function forgetOldUploads(storage: Texts, now = Date.now()): void {
  const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? "");
  for (const key of keys.filter((each) => each.startsWith(PREFIX))) {
    const { at } = fieldsOf(readKept(storage.getItem(key)));
    if (typeof at !== "number" || now - at > KEPT_MS) storage.removeItem(key);
  }
}
