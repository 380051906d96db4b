/** What a person has written about an image and not sent: closing its field throws nothing away. */

import { Signal } from "@/editor/signal";

/** Its id stays from one try to the next: a comment that is sent twice is written once. */
export interface UnsentComment {
  readonly id: string;
  readonly text: string;
}

export class Unsent {
  readonly comment = new Signal<UnsentComment | null>(null);
  /** What should be changed, to whom the image is returned. */
  readonly message = new Signal("");

  writeComment(text: string): void {
    const id = this.comment.get()?.id ?? crypto.randomUUID();
    this.comment.set(text === "" ? null : { id, text });
  }
}
