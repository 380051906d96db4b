/** Whether the browser may evict what waits on this device when its disk is full. */

let isAsked = false;

/** Ask, once a page, that it may not. A refusal is no error: what waits is sent soon, as before. */
export function askToLast(): void {
  // There is none without https, nor where no browser is.
  const storage = globalThis.navigator?.storage as StorageManager | undefined;
  if (isAsked || storage === undefined) return;
  isAsked = true;
  storage.persist().catch(() => undefined);
}
