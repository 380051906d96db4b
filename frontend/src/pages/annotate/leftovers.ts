/** Work that earlier pages left on this device, sent while another image is in view. */

import { ImageOutbox } from "@/editor/outbox";
import type { OutboxDatabase } from "@/editor/outbox-db";
import { schedule } from "@/editor/schedule";
import { takeWriterLock } from "@/editor/writer-lock";
import { fetchImage, saveMasks } from "./api";
import { within } from "./within";

const SAVE_PATIENCE_MS = 10_000;

interface Leftovers {
  readonly db: OutboxDatabase;
  readonly user: number;
  /** The page itself saves this image, or has been left. */
  isInUse(image: number): boolean;
}

export async function sendLeftovers({ db, user, isInUse }: Leftovers): Promise<void> {
  try {
    for (const image of await db.images(user)) {
      if (!isInUse(image)) await sendLeftover(image, user, db);
    }
  } catch {
    // The page was left meanwhile. What waits stays on this device, for the next one to send.
  }
}

async function sendLeftover(image: number, user: number, db: OutboxDatabase): Promise<void> {
  const lock = await takeWriterLock(navigator.locks, image, user);
  if (lock === null) return;
  try {
    const { version, proposals } = await fetchImage(image);
    const ignore = (): void => undefined;
    const outbox = await ImageOutbox.open({
      ...{ image, user, version, db, save: saveMasks, schedule },
      rleOf: (id) => (proposals.find((row) => row.id === id)?.rle as never) ?? null,
      events: {
        ...{ onStatus: ignore, onSaved: ignore, onRebase: ignore },
        onLeftoversSettled: ignore,
      },
    });
    outbox.resume();
    await within(outbox.whenSaved(), SAVE_PATIENCE_MS);
    outbox.close();
  } catch {
    // It stays on this device and is tried again with the next image.
  } finally {
    lock.release();
  }
}
