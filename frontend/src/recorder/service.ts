/** The recordings of this browser: one store, one sender, one live take. */

import {
  completeRecording,
  openRecording,
  putChunk,
  removeRecording,
  restoreRecording,
} from "@/api/descriptions";
import { personOfPage } from "@/api/person";
import { queryClient } from "@/app/queryClient";
import { Clock } from "./clock";
import { type Microphone, sourceOf } from "./microphone";
import { type RecordingTransport, Sender } from "./sender";
import { RecordingStore, type StoredRecording } from "./store";
import { closeBrokenTakes, Take } from "./take";

const LOCK = "anneal.take.";
const LISTEN_MS = 50; // a pause between sentences is ten of these

const transport: RecordingTransport = {
  async open(image, recording) {
    await openRecording(image, recording);
  },
  async putChunk(recording, number, bytes, sha256) {
    await putChunk(recording, number, bytes, sha256);
  },
  async complete(recording, end) {
    await completeRecording(recording, { ...end, trace: [...end.trace], cuts: [...end.cuts] });
  },
  async remove(recording) {
    await removeRecording(recording);
  },
};

export const store = new RecordingStore(personOfPage);

export const sender = new Sender(store, transport, ({ image }) => {
  void queryClient.invalidateQueries({ queryKey: ["descriptions", image] });
});

/**
 * Starts a take, of an image or of one of its masks. While it lives it holds a lock, so that no other
 * tab takes it for broken.
 */
export async function startTake(
  image: number,
  microphone: Microphone,
  mask: string | null,
): Promise<Take> {
  const source = sourceOf(microphone.stream);
  const onStored = () => void sender.flush();
  const take = new Take(image, source, store, onStored, new Clock(), mask);
  await take.start();
  listenFor(take, microphone);
  void navigator.locks.request(LOCK + take.id, () => untilWhole(take));
  return take;
}

/** Sends what an earlier visit left behind, and returns the takes among it that a crash cut off. */
export async function resume(): Promise<StoredRecording[]> {
  const live = await liveTakes();
  const closed = await closeBrokenTakes(store, (id) => live.has(LOCK + id));
  void sender.flush();
  return closed;
}

/** Takes of nobody knows whom on this device, but for those that a tab still records. */
export async function findNameless(): Promise<StoredRecording[]> {
  const live = await liveTakes();
  return (await store.nameless()).filter(({ id }) => !live.has(LOCK + id));
}

/** Puts the person's name on them and sends them; returns those that a crash had cut off. */
export async function claimNameless(): Promise<StoredRecording[]> {
  for (const take of await findNameless()) await store.putRecording(take);
  return resume();
}

/** Brings back a take that was abandoned, whether or not the server has it by now. */
export async function keepAbandoned(id: string): Promise<void> {
  const stored = await store.recording(id);
  if (stored) await store.putRecording({ ...stored, isRemoved: false });
  await sender.flush();
  await restoreRecording(id);
}

/** The locks of takes that live, in any tab. */
async function liveTakes(): Promise<Set<string | undefined>> {
  const held = (await navigator.locks.query()).held ?? [];
  return new Set(held.map((lock) => lock.name));
}

/** Lets a take know how loud it is while it lives. */
function listenFor(take: Take, microphone: Microphone): void {
  const timer = setInterval(() => {
    if (take.state === "stopped") clearInterval(timer);
    else take.hear(microphone.level());
  }, LISTEN_MS);
}

/** Not at the stop: its last chunk comes after that, and it would be taken for broken before it. */
function untilWhole(take: Take): Promise<void> {
  return new Promise((resolve) => {
    const stop = take.subscribe(() => {
      if (!take.isWhole) return;
      stop();
      resolve();
    });
  });
}
