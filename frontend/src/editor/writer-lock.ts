/** One page at a time saves an image: two tabs of one person must not send the same outbox. */

/** Held until `release` is called or the page goes away. */
export interface WriterLock {
  release(): void;
}

/** Take the lock of an image, or null when another page holds it. */
export function takeWriterLock(
  locks: LockManager,
  image: number,
  user: number,
): Promise<WriterLock | null> {
  return request(locks, image, user, { ifAvailable: true });
}

/** Wait for the lock of an image until `signal` gives up. */
export async function awaitWriterLock(
  locks: LockManager,
  image: number,
  user: number,
  signal: AbortSignal,
): Promise<WriterLock | null> {
  try {
    return await request(locks, image, user, { signal });
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

function request(
  locks: LockManager,
  image: number,
  user: number,
  options: LockOptions,
): Promise<WriterLock | null> {
  return new Promise((resolve, reject) => {
    locks
      .request(`anneal-outbox-${user}-${image}`, options, async (lock) => {
        if (lock === null) {
          resolve(null);
          return;
        }
        await new Promise<void>((release) => resolve({ release }));
      })
      .catch(reject);
  });
}
