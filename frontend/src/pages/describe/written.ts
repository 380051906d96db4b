/** What a person has written of an image and not saved. The page holds it, whatever it shows. */

export interface Written {
  /** Null while nothing is written. */
  readonly text: string | null;
  /** The shortened text that it was begun with. */
  readonly shortening: string | null;
  /** The proposed text that it was begun with. */
  readonly proposal: string | null;
}

/** A proposed text, open to be written over. */
export interface Edited {
  readonly text: string;
  readonly proposal: { readonly id: string; readonly text: string };
}

export interface Draft {
  readonly written: Written;
  readonly edited: Edited | null;
}

export const NOTHING_WRITTEN: Written = { text: null, shortening: null, proposal: null };
export const NO_DRAFT: Draft = { written: NOTHING_WRITTEN, edited: null };

/** What there is to save. A proposed text that nobody has changed is still the model's. */
export function unsavedOf({ written, edited }: Draft): Written {
  if (written.text !== null || edited === null) return written;
  const { text, proposal } = edited;
  return text === proposal.text ? written : { text, shortening: null, proposal: proposal.id };
}

/** What is left once a text is saved: what was written while it was on its way stays. */
export function withoutSaved(draft: Draft, saved: string): Draft {
  const text = draft.written.text ?? draft.edited?.text;
  return text?.trim() === saved ? NO_DRAFT : draft; // saved without the blanks around it
}
