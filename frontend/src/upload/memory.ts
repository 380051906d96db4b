/** What is known of unfinished uploads after a reload: dropping the same file again goes on. */

import type { FinishedPart } from "@/api/uploads";
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

/** The same file by name, size and time of change, which is all a browser tells cheaply. */
export function keyOf(project: number, file: File): string {
  return `anneal.upload.${project}.${nameOf(file)}.${file.size}.${file.lastModified}`;
}

export const localMemory: UploadMemory = {
  load(key) {
    const text = localStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as RememberedUpload);
  },
  save: (key, upload) => localStorage.setItem(key, JSON.stringify(upload)),
  forget: (key) => localStorage.removeItem(key),
};
