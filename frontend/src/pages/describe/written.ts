/** What a person has written of an image and not saved. The page holds it, whatever it shows. */

export interface Written {
  /** Null while nothing is written. */
  readonly text: string | null;
  /** The shortened text that it was begun with. */
  readonly shortening: string | null;
}

export const NOTHING_WRITTEN: Written = { text: null, shortening: null };
