/**
 * Whose page this is: the first person's who is seen to be logged in, until it is loaded anew. What
 * the page holds of theirs is not to go out under another name.
 */

let person: number | null = null;

/** Null until anybody is known. */
export function personOfPage(): number | null {
  return person;
}

/** Whether the page is this person's; the first one asked about has it. */
export function isPageOf(user: number): boolean {
  person ??= user;
  return person === user;
}
