/** How a person comes to a place at an image: the server gives it, or a copy of the image is here. */

import { ProblemError, UnreachableError } from "@/api/problem";
import { type Claim, claimImage } from "./api";
import { whenLeft } from "./leaving";
import { now_s } from "./open-image";
import type { Provisions, Whose } from "./provisions";

/** What the queue gave: no id where it is empty, no claim where the image may only be seen. */
export interface Claimed {
  readonly id: number | null;
  readonly claim: Claim | null;
  readonly notice: string | null;
  readonly asked_s: number;
  /** It comes from this device: the server cannot be reached. */
  readonly isCopy: boolean;
}

const COPY =
  "The server cannot be reached. This is the image as it was last seen on this device; what you do " +
  "is kept here and sent later.";
const COPY_UNRESERVED =
  "The server cannot be reached. This image was fetched ahead and is not reserved for you yet; what " +
  "you do is kept on this device and sent later.";
const TAKEN_MEANWHILE =
  "Others have taken this image while the server could not be reached. What you did is kept beside " +
  "their work.";

export class Places {
  #whose: Whose;
  #provisions: Provisions;
  #onError: (error: unknown) => void;

  constructor(whose: Whose, provisions: Provisions, onError: (error: unknown) => void) {
    this.#whose = whose;
    this.#provisions = provisions;
    this.#onError = onError;
  }

  /** Claim an image, or the next one `besides` another. */
  async claim(image?: number, besides?: number): Promise<Claimed> {
    const asked_s = now_s();
    const { project, queue } = this.#whose;
    await whenLeft();
    try {
      const claim = await claimImage(project, { image, queue, besides });
      return { id: claim?.image ?? null, claim, notice: null, asked_s, isCopy: false };
    } catch (error) {
      if (error instanceof UnreachableError) {
        return { ...(await this.#copy(image, besides, error)), asked_s, isCopy: true };
      }
      if (!isTaken(error) || image === undefined) throw error;
      return { id: image, claim: null, notice: error.message, asked_s, isCopy: false };
    }
  }

  /** Take a place at an image that was begun without one; null where others have taken it. */
  async reserve(image: number): Promise<Claim | null> {
    const { project, queue } = this.#whose;
    try {
      return await claimImage(project, { image, queue });
    } catch (error) {
      if (!isTaken(error)) throw error;
      this.#onError(new Error(TAKEN_MEANWHILE));
      return null;
    }
  }

  /** Go on with what this device has; throws the error where that is nothing. */
  async #copy(
    image: number | undefined,
    besides: number | undefined,
    error: UnreachableError,
  ): Promise<Pick<Claimed, "id" | "claim" | "notice">> {
    if (this.#whose.queue === "review") throw error; // others may be at it
    const copy =
      image === undefined ? await this.#provisions.best(besides) : await this.#provisions.at(image);
    if (copy === undefined) throw error;
    const { claim } = copy;
    return { id: copy.image, claim, notice: claim === null ? COPY_UNRESERVED : COPY };
  }
}

function isTaken(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.code === "taken";
}
