/** Objects of the store (pixels, embeddings, decoders): fetched, or without a network from their copies. */

import { schedule } from "@/editor/schedule";
import type { Copies } from "./copies";

const LATER_MS = 500; // what waits for an object is drawn first

export class KeptObjects {
  #copies: Copies;

  constructor(copies: Copies) {
    this.#copies = copies;
  }

  readonly bytes = async (url: string): Promise<ArrayBuffer> =>
    (await this.blob(url)).arrayBuffer();

  async blob(url: string): Promise<Blob> {
    try {
      const blob = await fetchBlob(url);
      schedule(() => void this.#copies.keepObject(url, blob), LATER_MS);
      return blob;
    } catch (error) {
      const copy = error instanceof TypeError ? await this.#copies.object(url) : undefined;
      if (copy === undefined) throw error;
      return copy;
    }
  }
}

/** Throws a TypeError where there is no network. */
export async function fetchBlob(url: string, signal?: AbortSignal): Promise<Blob> {
  const response = await fetch(url, { mode: "cors", signal });
  if (!response.ok) throw new Error(`The file store answered ${response.status}. Try again.`);
  return response.blob();
}
