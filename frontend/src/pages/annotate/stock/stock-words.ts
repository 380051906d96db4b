/** What a person reads of the stock for a time without a network. */

import { messageOf } from "@/api/problem";
import { formatBytes, plural } from "@/components/format";
import type { StorageRoom } from "@/offline/storage-room";
import { type Filling, STOCK } from "./stock";

export const KEEP_NEXT = `Keep the next ${STOCK} images on this device`;
export const KEEPING = `Keeping the next ${STOCK} images on this device…`;

/** What the device allows, as far as it matters once the stock has ended. */
export interface Device {
  /** Whether the page opens again without a network. */
  readonly reopens: boolean;
  readonly room: StorageRoom | null;
}

/** "7 of 20 · 21.4 MB". */
export function fillingWords({ seen, of, bytes }: Filling): string {
  return of === 0 ? "…" : `${seen} of ${of} · ${formatBytes(bytes)}`;
}

/** "20 images (58.1 MB) are on this device". */
export function stockWords(images: number, bytes: number): string {
  if (images === 0) return "No image was kept on this device";
  const are = images === 1 ? "is" : "are";
  return `${plural(images, "image")} (${formatBytes(bytes)}) ${are} on this device`;
}

/** How it ended, and what to do. */
export function endWords(filling: Filling, { reopens, room }: Device): string {
  const { end, here, bytes, of, shared, error } = filling;
  const kept = `${stockWords(here, bytes)}.`;
  switch (end) {
    case "stopped":
      return `Stopped. ${kept}`;
    case "full":
      return `There is no more room on this device. ${kept}${roomWords(room)} Free some space on its disk, then try again.`;
    case "unreachable":
      return `The server cannot be reached. ${kept} Try again once it can.`;
    case "failed":
      return `${messageOf(error)} ${kept}`;
    default:
      if (of === 0) return "No further image waits in this queue.";
      return [kept, ...(here > 0 ? leadWords(reopens) : []), ...sharedWords(shared)].join(" ");
  }
}

function leadWords(reopens: boolean): string[] {
  const next =
    "Without a network, Next leads through them. They are not reserved: others may get them meanwhile.";
  return reopens
    ? [next]
    : [next, "Leave this page open: this browser cannot open it again without a network."];
}

function sharedWords(shared: number): string[] {
  if (shared === 0) return [];
  const need = shared === 1 ? "needs" : "need";
  return [`${plural(shared, "more image")} for several people ${need} the network.`];
}

function roomWords(room: StorageRoom | null): string {
  if (room === null) return "";
  const { used_bytes, allowed_bytes } = room;
  return ` The browser allows this site ${formatBytes(allowed_bytes)}, of which ${formatBytes(used_bytes)} are used.`;
}
