/** Objects of the store (pixels, embeddings, decoders): fetched, or without a network from their copies. */

import { ProblemError } from "@/api/problem";
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
  if (!response.ok) throw await refusalOf(response);
  return response.blob();
}

/** Ours tell in words what to do; the store's are XML for machines. */
async function refusalOf(response: Response): Promise<Error> {
  const { status, headers } = response;
  return headers.get("Content-Type")?.startsWith("application/problem+json")
    ? new ProblemError(status, await response.json())
    : new Error(`The file store answered ${status}. Try again.`);
}
