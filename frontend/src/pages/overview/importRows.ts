/** Which files the table of an import lists, and what of them is only counted. */

import type { UploadRow } from "@/api/types";
import { plural } from "@/components/format";
import type { UploadItem } from "@/upload/queue";

const MOST_ON_THEIR_WAY = 8;
const MOST_FAILED = 100; // as the server lists at a time; those behind move up

export interface ImportRows {
  readonly failed: readonly UploadItem[];
  /** Those that wait or are sent. */
  readonly onTheirWay: readonly UploadItem[];
  /** All of it was sent, which the server's list is too old to tell. */
  readonly justSent: readonly UploadItem[];
  /** What is listed of these: first what failed, as it needs somebody. */
  readonly listed: readonly UploadItem[];
  /** What is to say of the rest. */
  readonly unlisted: readonly string[];
  /** The server's rows of all other files. */
  readonly remote: readonly UploadRow[];
  /** Ids of what the server's list tells of from now on. */
  readonly settled: readonly string[];
}

/**
 * `rows` are the latest of the server and `askedAt`, in ms since the epoch, when it was asked for
 * them. A file that was sent before need not be among them: as many may have been begun since as
 * the server lists at a time.
 */
export function sortRows(
  items: readonly UploadItem[],
  rows: readonly UploadRow[],
  askedAt: number,
): ImportRows {
  const known = new Set(rows.flatMap(({ id, state }) => (state === "pending" ? [] : [id])));
  const isSettled = ({ id, sentAt }: UploadItem) =>
    known.has(id) || (sentAt !== null && sentAt <= askedAt);
  const local = items.filter((item) => !isSettled(item));
  const localIds = new Set(local.map((item) => item.id));
  const failed = local.filter((item) => item.state === "failed");
  const justSent = local.filter((item) => item.state === "sent");
  const onTheirWay = local.filter(isOnItsWay);
  return {
    failed,
    onTheirWay,
    justSent,
    listed: [
      ...failed.slice(0, MOST_FAILED),
      ...[...onTheirWay, ...justSent].slice(0, MOST_ON_THEIR_WAY),
    ],
    unlisted: [
      ...counted(failed.length - MOST_FAILED, "that failed"),
      ...counted(onTheirWay.length - MOST_ON_THEIR_WAY, "on their way"),
    ],
    remote: rows.filter((row) => !localIds.has(row.id)),
    settled: items.flatMap((item) => (isSettled(item) && !isOnItsWay(item) ? [item.id] : [])),
  };
}

function counted(more: number, which: string): string[] {
  return more > 0 ? [`and ${plural(more, "more file")} ${which}`] : [];
}

function isOnItsWay({ state }: UploadItem): boolean {
  return state === "waiting" || state === "uploading";
}
