/** One person's device with nothing on it, and the server that it saves to. */

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { vi } from "vitest";
import { ImageOutbox, type OutboxOptions, type Save } from "@/editor/outbox";
import { OutboxDatabase } from "@/editor/outbox-db";
import { annotationsOf, maskRow, proposalRow, square } from "./annotations";
import { SaveServer } from "./server";

export const IMAGE = 5;
export const USER = 1;

export const NO_EVENTS = {
  onStatus: () => undefined,
  onSaved: () => undefined,
  onRebase: () => undefined,
  onUnseen: () => undefined,
};

interface Device {
  db: OutboxDatabase;
  server: SaveServer;
}

/** The image has one mask, m1, and one proposal, p1. */
export async function freshDevice(): Promise<Device> {
  vi.stubGlobal("indexedDB", new IDBFactory());
  const proposals = [proposalRow("p1", square(2, 2, 3), 0.9)];
  const server = new SaveServer(annotationsOf([maskRow("m1", square(1, 1, 4))], proposals));
  return { db: await OutboxDatabase.open(), server };
}

/** Nothing is tried again by itself, unless `change` says so. */
export function openOutbox(
  { db, server }: Device,
  save: Save,
  change: Partial<OutboxOptions>,
): Promise<ImageOutbox> {
  return ImageOutbox.open({
    ...{ image: IMAGE, user: USER, version: server.version, db, save, events: NO_EVENTS },
    schedule: () => () => undefined,
    rleOf: (proposal) => server.annotations.proposals.get(proposal)?.rle ?? null,
    ...change,
  });
}
