/** Work that earlier pages left on this device, sent while another image is in view. */

import { ProblemError } from "@/api/problem";
import { TRASH_DAYS } from "@/components/format";
import type { ProposalRow } from "@/editor/operations";
import { ImageOutbox } from "@/editor/outbox";
import type { Ending, OutboxDatabase, OutboxRow } from "@/editor/outbox-db";
import { schedule } from "@/editor/schedule";
import { takeWriterLock } from "@/editor/writer-lock";
import { copies } from "@/offline/copies";
import { claimImage, fetchImage, finishAssignment, releaseAssignment, saveMasks } from "./api";
import { within } from "./within";

const SAVE_PATIENCE_MS = 10_000;

interface Leftovers {
  readonly db: OutboxDatabase;
  readonly user: number;
  /** The page itself saves this image, or has been left. */
  isInUse(image: number): boolean;
  /** The image does not end before its person has looked at what the server refused; told each time. */
  onRefused(ending: Ending): void;
}

// What another time will not answer differently: the image is done, or somebody else's by now.
const SETTLED = [400, 409, 422];
// In the trash, or no longer this person's: it may come back, as long as the trash keeps it.
const GONE = [403, 404];
const GONE_FOR_GOOD_MS = TRASH_DAYS * 86_400_000;

/** Send what was done to images, and then that some of them are done. */
export async function sendLeftovers(leftovers: Leftovers): Promise<void> {
  const { db, user, isInUse } = leftovers;
  try {
    const ended = (await db.endings(user)).map(({ image }) => image);
    for (const image of new Set([...(await db.images(user)), ...ended])) {
      if (!isInUse(image)) await sendLeftover(image, leftovers);
    }
  } catch {
    // The page was left meanwhile. What waits stays on this device, for the next one to send.
  }
}

async function sendLeftover(image: number, { db, user, onRefused }: Leftovers): Promise<void> {
  const lock = await takeWriterLock(navigator.locks, image, user);
  if (lock === null) return;
  try {
    const isSaved = await sendOperations(image, user, db);
    const ending = (await db.endings(user)).find((row) => row.image === image);
    if (ending === undefined) return;
    if (isSaved) await sendEnding(ending, db);
    else if ((await db.rows(user, image)).some(isRefused)) onRefused(ending);
  } catch {
    // It stays on this device and is tried again with the next image.
  } finally {
    lock.release();
  }
}

/** Says whether the server has everything: what it refused waits for its person, and so does the end. */
async function sendOperations(image: number, user: number, db: OutboxDatabase): Promise<boolean> {
  const rows = await db.rows(user, image);
  if (rows.every(isRefused)) return rows.length === 0;
  const { version, proposals } = await fetchImage(image).catch(asInTheTrash(rows));
  const ignore = (): void => undefined;
  const outbox = await ImageOutbox.open({
    ...{ image, user, version, db, save: saveMasks, schedule },
    rleOf: (id) => (proposals.find((row) => row.id === id)?.rle as never) ?? null,
    events: {
      ...{ onStatus: ignore, onSaved: ignore, onRebase: ignore, onUnseen: ignore },
    },
  });
  outbox.resume();
  const isSaved = await within(outbox.whenSaved(), SAVE_PATIENCE_MS);
  outbox.close();
  return isSaved && outbox.status.refused.length === 0;
}

/**
 * An image in the trash is not shown, and takes work all the same: what these rows were made on is
 * as good a version as any, and they hold the proposals that they accept.
 */
function asInTheTrash(rows: readonly OutboxRow[]) {
  const version = rows.find((row) => !isRefused(row))?.version;
  return (error: unknown): { version: number; proposals: readonly ProposalRow[] } => {
    if (!(error instanceof ProblemError && error.status === 404) || version === undefined)
      throw error;
    return { version, proposals: [] };
  };
}

const isRefused = ({ refusal }: OutboxRow): boolean => refusal !== null;

/** Sent twice, it does nothing the second time. */
async function sendEnding(ending: Ending, db: OutboxDatabase): Promise<void> {
  const { user, image, project, active_s } = ending;
  const queue = ending.queue ?? undefined;
  try {
    const place = ending.place ?? (await claimImage(project, { image, queue }));
    const end = ending.isForCompletion ? releaseAssignment : finishAssignment;
    if (place !== null) await end(place, active_s);
    if (place !== null) await db.forgetActiveSeconds(place);
  } catch (error) {
    if (!(error instanceof ProblemError && isSettled(error, ending))) throw error;
  }
  await db.takeEnding(user, image);
  await db.forgetHistory(user, image);
  await db.rememberUnfinished([user, image], null);
  await copies.dropImage(user, image);
}

/** Of what an older release left it is not known for how long it is gone: it stays. */
function isSettled({ status }: ProblemError, { made_at = Date.now() }: Ending): boolean {
  if (GONE.includes(status)) return Date.now() - made_at > GONE_FOR_GOOD_MS;
  return SETTLED.includes(status);
}
