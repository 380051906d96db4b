/** The recordings of this browser: one store, one sender, one live take. */

import { client, read } from "@/api/client";
import { queryClient } from "@/app/queryClient";
import { type Microphone, sourceOf } from "./microphone";
import { type RecordingTransport, Sender } from "./sender";
import { RecordingStore } from "./store";
import { closeBrokenTakes, Take } from "./take";

const LOCK = "anneal.take.";

const transport: RecordingTransport = {
  async open(id, body) {
    await read(client.POST("/api/images/{id}/recordings", { params: { path: { id } }, body }));
  },
  async putChunk(id, number, bytes, sha256) {
    await read(
      client.PUT("/api/recordings/{id}/chunks/{number}", {
        params: { path: { id, number } },
        body: bytes,
        bodySerializer: (body: ArrayBuffer) => body,
        headers: { "X-Content-SHA256": sha256, "Content-Type": "application/octet-stream" },
      }),
    );
  },
  async complete(id, body) {
    await read(client.POST("/api/recordings/{id}/complete", { params: { path: { id } }, body }));
  },
};

export const store = new RecordingStore();

export const sender = new Sender(store, transport, ({ image }) => {
  void queryClient.invalidateQueries({ queryKey: ["descriptions", image] });
});

/** Starts a take. While it lives it holds a lock, so that no other tab takes it for broken. */
export async function startTake(image: number, microphone: Microphone): Promise<Take> {
  const take = new Take(image, sourceOf(microphone.stream), store, () => void sender.flush());
  await take.start();
  void navigator.locks.request(LOCK + take.id, () => untilStopped(take));
  return take;
}

/** Sends what an earlier visit left behind, takes that a crash cut off among it. */
export async function resume(): Promise<void> {
  const held = (await navigator.locks.query()).held ?? [];
  const live = new Set(held.map((lock) => lock.name));
  await closeBrokenTakes(store, (id) => live.has(LOCK + id));
  await sender.flush();
}

function untilStopped(take: Take): Promise<void> {
  return new Promise((resolve) => {
    const stop = take.subscribe(() => {
      if (take.state !== "stopped") return;
      stop();
      resolve();
    });
  });
}
