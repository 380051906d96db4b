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
  /** The image does not end before its person has looked at it; told each time. */
  onUnended(ending: Ending, why: Unended): void;
}

/** Something was refused; masks came that its person has not seen; what they said is not heard yet. */
export type Unended = "refused" | "changed" | "spoken";

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

async function sendLeftover(image: number, leftovers: Leftovers): Promise<void> {
  const { db, user, isInUse, onUnended } = leftovers;
  const lock = await takeWriterLock(navigator.locks, image, user);
  if (lock === null) return;
  try {
    const kept = (await db.endings(user)).find((row) => row.image === image);
    const sent = await sendOperations(image, user, db);
    if (kept === undefined) return;
    const ending = await withWhatCame(kept, sent);
    // First of all: the same is not told twice by the server. It is gone where the image is open again.
    if (!(await db.keepEnding(ending)) || isInUse(image)) return;
    const why = await whyNotYet(ending, sent, db);
    if (why !== null) onUnended(ending, why);
    else if (sent.isSaved) await sendEnding(ending, db);
  } catch {
    // It stays on this device and is tried again with the next image.
  } finally {
    lock.release();
  }
}

async function whyNotYet(
  { user, image, hasChanged }: Ending,
  { isRefused, isSaved }: Sent,
  db: OutboxDatabase,
): Promise<Unended | null> {
  if (isRefused) return "refused";
  if (hasChanged) return "changed";
  if (!isSaved) return null;
  const spoken = Object.values((await db.unfinished(user, image))?.spoken ?? {});
  return spoken.some(({ kind }) => kind !== "unheard") ? "spoken" : null; // that was told already
}

interface Sent {
  /** The server has everything. */
  readonly isSaved: boolean;
  readonly isRefused: boolean;
  /** What is on the image by now has come from elsewhere, too. */
  readonly hasChanged: boolean;
  /** Of the image with all that was sent; null where nothing was to be sent. */
  readonly version: number | null;
}

/** What the server refused waits for its person, and so does the end. */
async function sendOperations(image: number, user: number, db: OutboxDatabase): Promise<Sent> {
  const rows = await db.rows(user, image);
  if (rows.every(isRefused)) {
    const isSaved = rows.length === 0;
    return { isSaved, isRefused: !isSaved, hasChanged: false, version: null };
  }
  const { version, proposals } = await fetchImage(image).catch(asInTheTrash(rows));
  const own = new Set(rows.map(({ operation_id }) => operation_id));
  let hasChanged = false;
  const ignore = (): void => undefined;
  const outbox = await ImageOutbox.open({
    ...{ image, user, version, db, save: saveMasks, schedule },
    rleOf: (id) => (proposals.find((row) => row.id === id)?.rle as never) ?? null,
    events: {
      ...{ onStatus: ignore, onSaved: ignore },
      onRebase: (missed) => {
        hasChanged ||= missed.some(({ id }) => !own.has(id));
      },
      onUnseen: (isUntold) => {
        hasChanged ||= isUntold;
      },
    },
  });
  outbox.resume();
  const isAnswered = await within(outbox.whenSaved(), SAVE_PATIENCE_MS);
  outbox.close();
  const hasRefused = outbox.status.refused.length > 0;
  return {
    isSaved: isAnswered && !hasRefused,
    isRefused: hasRefused,
    hasChanged,
    version: outbox.version,
  };
}

/**
 * Note what its person has not seen of an image: as what the model accepted by itself while they
 * worked without a network. What they drew may stand twice.
 */
async function withWhatCame(ending: Ending, sent: Sent): Promise<Ending> {
  if (ending.hasChanged || sent.hasChanged) return { ...ending, hasChanged: true };
  if (sent.version !== null) return { ...ending, version: sent.version };
  if (!sent.isSaved || ending.version === undefined) return ending;
  try {
    const { version, people } = await fetchImage(ending.image);
    // Where several people do one image, each of them raises its version unseen by the others.
    return people === 1 && version > ending.version ? { ...ending, hasChanged: true } : ending;
  } catch (error) {
    if (error instanceof ProblemError) return ending; // gone: what ends it is told the same
    throw error;
  }
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
