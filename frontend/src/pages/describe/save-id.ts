/**
 * The id under which a text is saved. Where an answer was lost, nobody knows whether the text is
 * saved: sent again under the same id, it is saved once, and stands in nobody's way.
 */
export class SaveId {
  #content = "";
  #id = "";

  /** The same for the same content; a changed one is another. */
  of(content: object): string {
    const now = JSON.stringify(content);
    if (now !== this.#content) [this.#content, this.#id] = [now, crypto.randomUUID()];
    return this.#id;
  }

  /** What was saved is withdrawn: the next one is another, though it may read the same. */
  forget(): void {
    this.#content = "";
  }
}
