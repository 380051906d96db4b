import { beforeEach, expect, test, vi } from "vitest";
import { ProblemError, UnreachableError } from "@/api/problem";
import { type NewTake, type RecordingTransport, Sender, type TakeEnd } from "@/recorder/sender";
import type { StoredChunk } from "@/recorder/store";
import { closeBrokenTakes } from "@/recorder/take";
import { waitFor } from "../wait-for";
import { Studio } from "./studio";

const text = (buffer: ArrayBuffer) => new TextDecoder().decode(buffer);

let studio: Studio;

beforeEach(() => {
  studio = new Studio();
});

/** A server that remembers what it got, and can be made to fail. */
class ScriptedServer implements RecordingTransport {
  chunks: string[] = [];
  completed: { id: string; chunks: number; duration_s: number; points: number; cuts: unknown }[] =
    [];
  removed: string[] = [];
  failures: Error[] = [];
  opened: NewTake[] = [];
  async open(_image: number, take: NewTake): Promise<void> {
    this.#failIfTold();
    this.opened.push(take);
  }
  async putChunk(_id: string, number: number, buffer: ArrayBuffer): Promise<void> {
    this.#failIfTold();
    this.chunks.push(`${number}:${text(buffer)}`);
  }
  async complete(id: string, end: TakeEnd): Promise<void> {
    this.#failIfTold();
    const { chunks, duration_s, trace, cuts } = end;
    this.completed.push({ id, chunks, duration_s, points: trace.length, cuts });
  }
  async remove(id: string): Promise<void> {
    this.#failIfTold();
    this.removed.push(id);
  }
  #failIfTold(): void {
    const failure = this.failures.shift();
    if (failure) throw failure;
  }
}

const noPause = async () => {};

test("chunks go up in order, the end follows, and the device forgets them", async () => {
  const server = new ScriptedServer();
  const take = await studio.record(["one", "two"]);
  take.trace.add("click", 3, 4);
  await take.stop();

  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect(server.chunks).toEqual(["0:one", "1:two", "2:last"]);
  expect(server.completed).toEqual([
    { id: take.id, chunks: 3, duration_s: 4, points: 1, cuts: [] },
  ]);
  expect(await studio.store.recordings()).toEqual([]);
});

test("a take that ends while its chunks are on their way is completed with all of them", async () => {
  const server = new ScriptedServer();
  const take = await studio.record(["one"]);
  const sender = new Sender(studio.store, server, () => {}, noPause);
  const put = server.putChunk.bind(server);
  server.putChunk = async (id, number, buffer) => {
    if (number === 0) await take.stop().then(() => void sender.flush());
    await put(id, number, buffer);
  };

  await sender.flush();

  expect(server.chunks).toEqual(["0:one", "1:last"]);
  expect(server.completed).toMatchObject([{ chunks: 2 }]);
});

test("the trace of a long take is kept piece by piece, and goes up whole and in order", async () => {
  const server = new ScriptedServer();
  const source = studio.source();
  const take = studio.take(source);
  await take.start();
  let longest = 0;
  const putChunk = studio.store.putChunk.bind(studio.store);
  studio.store.putChunk = (chunk) => {
    longest = Math.max(longest, chunk.trace?.points.length ?? 0);
    return putChunk(chunk);
  };
  for (let step = 0; step < 1000; step += 1) {
    studio.nowMs += 20; // so that some moves are replaced by the next one
    take.trace.add("move", step, step % 7);
    if (step % 100 === 99) await source.say(`${step}`);
    if (step % 130 === 0) take.takeBack(); // is noted in between
  }
  await take.stop();
  const all = [...take.trace.points];

  const [stored] = await studio.store.recordings();
  const kept = stored && (await studio.store.trace(stored));
  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect(kept).toEqual(all);
  expect(server.completed).toMatchObject([{ points: all.length, chunks: 11 }]);
  expect(longest).toBeLessThanOrEqual(101);
});

test("chunks that are sent are not read again", async () => {
  const server = new ScriptedServer();
  const sender = new Sender(studio.store, server, () => {}, noPause);
  const source = studio.source();
  const take = studio.take(source);
  await take.start();
  for (let number = 0; number < 40; number += 1) {
    await source.say(`${number}`);
    await sender.flush();
  }
  const read = vi.spyOn(studio.store, "chunk");
  await source.say("40");

  await sender.flush();

  expect(server.chunks).toHaveLength(41);
  expect(Math.min(...read.mock.calls.map(([, number]) => number))).toBe(40);
  expect(sender.state.waiting).toBe(0);
});

test("after a reload only what was not sent waits", async () => {
  const server = new ScriptedServer();
  await studio.record(["one", "two"]);
  await new Sender(studio.store, server, () => {}, noPause).flush();
  await studio.store.putChunk({ ...(await lastChunk()), number: 2, isSent: 0 });
  server.failures = [new ProblemError(404, {})];
  const anew = new Sender(studio.store, server, () => {}, noPause);

  await anew.flush();

  expect(anew.state.waiting).toBe(1);
});

test("a broken connection is tried again and nothing is sent twice", async () => {
  const server = new ScriptedServer();
  const take = await studio.record(["one", "two"]);
  await take.stop();
  server.failures = [new UnreachableError(), new UnreachableError()];

  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect(server.chunks).toEqual(["0:one", "1:two", "2:last"]);
  expect(server.completed).toHaveLength(1);
});

test("a refused recording is kept with its reason and does not hold up the next", async () => {
  const server = new ScriptedServer();
  const refused = await studio.record(["one"]);
  await refused.stop();
  await studio.record(["two"]).then((take) => take.stop());
  server.failures = [new ProblemError(404, { detail: "The image was deleted." })];

  const sender = new Sender(studio.store, server, () => {}, noPause);
  await sender.flush();

  expect(sender.state.refused.map(({ reason }) => reason)).toEqual(["The image was deleted."]);
  expect((await studio.store.recordings()).map(({ id }) => id)).toEqual([refused.id]);
  expect(server.completed).toHaveLength(1);
});

test("a take about a mask waits for that mask, and holds up no other take", async () => {
  const server = new ScriptedServer();
  const source = studio.source();
  const about = studio.take(source, "cup");
  await about.start();
  await about.stop();
  studio.nowMs = 1;
  const other = await studio.record(["two"]);
  await other.stop();
  server.failures = [new ProblemError(409, { code: "mask_not_saved" })];

  const sender = new Sender(studio.store, server, () => {}, noPause);
  await sender.flush();

  expect(server.completed.map(({ id }) => id)).toEqual([other.id, about.id]);
  expect(server.opened.map(({ mask }) => mask)).toEqual([null, "cup"]);
  expect(sender.state.refused).toEqual([]);
});

test("a take about a mask that never comes is left to its speaker", async () => {
  const server = new ScriptedServer();
  const take = studio.take(studio.source(), "cup");
  await take.start();
  await take.stop();
  server.failures = Array.from(
    { length: 21 },
    () => new ProblemError(409, { code: "mask_not_saved", detail: "It is not saved yet." }),
  );

  const sender = new Sender(studio.store, server, () => {}, noPause);
  await sender.flush();
  const refused = sender.state.refused.map(({ reason }) => reason);
  await sender.retry(take.id);

  expect(refused).toEqual(["It is not saved yet."]);
  expect(server.completed).toMatchObject([{ id: take.id }]);
});

test("a device forgets a take whose voice was deleted meanwhile", async () => {
  const server = new ScriptedServer();
  await studio.record(["one"]);
  server.failures = [new ProblemError(409, { code: "voice_deleted" })];

  const sender = new Sender(studio.store, server, () => {}, noPause);
  await sender.flush();

  expect(await studio.store.recordings()).toEqual([]);
  expect(sender.state).toEqual({ waiting: 0, problem: "", refused: [] });
});

test("a take that a crash cut off is sent with what was stored of it", async () => {
  const server = new ScriptedServer();
  await studio.record(["one", "two"]);

  await closeBrokenTakes(studio.store, () => false);
  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect(server.completed).toMatchObject([{ chunks: 2, duration_s: 4 }]);
});

test("a browser killed at second 50 loses nothing that was stored, and the take is told of", async () => {
  const server = new ScriptedServer();
  const take = await studio.record(Array.from({ length: 24 }, (_, at) => `piece ${at}`));
  studio.speak(take, 0.6, 0.6);
  take.trace.add("click", 3, 4);
  take.takeBack(); // notes what there is by now
  await studio.record([]); // another one died before its first chunk

  const closed = await closeBrokenTakes(studio.store, () => false);
  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect(closed.map(({ id, end }) => [id, end?.chunks])).toEqual([[take.id, 24]]);
  expect(server.chunks).toHaveLength(24);
  expect(server.completed).toMatchObject([{ id: take.id, chunks: 24, points: 1 }]);
  expect(server.completed[0]?.cuts).toEqual(take.cuts);
});

test("a microphone that goes away in mid-take ends it, and what was said is kept", async () => {
  const server = new ScriptedServer();
  const source = studio.source();
  const take = studio.take(source);
  await take.start();
  studio.nowMs = 2000;
  await source.say("one");
  source.stop = async () => {}; // it has stopped already
  source.lose();
  await waitFor(() => expect(take.problem).not.toBe(""));
  source.lose();

  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect(take.state).toBe("stopped");
  expect(take.problem).toMatch(/microphone went away.*is kept/i);
  expect(server.completed).toMatchObject([{ chunks: 1, duration_s: 2 }]);
});

test("a take that nobody ends is ended before it is too long to be transcribed, and is whole", async () => {
  const server = new ScriptedServer();
  const source = studio.source();
  const take = studio.take(source);
  await take.start();
  take.hear(0.6);
  studio.nowMs = 7_199_000;
  await source.say("nearly");
  const before = take.state;
  studio.nowMs = 7_201_000;
  await source.say("too long");
  await waitFor(() => expect(take.problem).not.toBe(""));

  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect([before, take.state]).toEqual(["recording", "stopped"]);
  expect(take.problem).toMatch(/at most 2 hours.*kept/i);
  expect(server.chunks).toEqual(["0:nearly", "1:too long", "2:last"]);
  expect(server.completed).toMatchObject([{ chunks: 3 }]);
});

test("taken back again with nothing said since, the sentence before goes too", async () => {
  const server = new ScriptedServer();
  const take = await studio.record(["one"]);
  studio.nowMs = 0;
  studio.speak(take, 0.6, 0.6, 0.6);
  take.takeBack();
  take.takeBack();
  await take.stop();

  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect(server.completed[0]?.cuts).toHaveLength(1);
  expect(take.cuts).toEqual([{ start_s: 1.35, end_s: 4.5 }]);
});

test("a take that was begun anew goes up whole and then to the trash", async () => {
  const server = new ScriptedServer();
  const take = await studio.record(["one"]);
  await take.abandon();
  server.failures = [new UnreachableError()];

  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect(server.completed).toHaveLength(1);
  expect(server.removed).toEqual([take.id]);
  expect(await studio.store.recordings()).toEqual([]);
});

test("one that was kept after all before it had gone up is not put in the trash", async () => {
  const server = new ScriptedServer();
  const take = await studio.record(["one"]);
  await take.abandon();
  const stored = await studio.store.recording(take.id);
  if (stored) await studio.store.putRecording({ ...stored, isRemoved: false });

  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect(server.completed).toHaveLength(1);
  expect(server.removed).toEqual([]);
});

test("what an older version left on the device is sent as before", async () => {
  const server = new ScriptedServer();
  const take = await studio.record(["one"]);
  await take.stop();
  const stored = await studio.store.recording(take.id);
  if (stored) await studio.store.putRecording({ ...stored, cuts: undefined, isRemoved: undefined });

  await new Sender(studio.store, server, () => {}, noPause).flush();

  expect(server.completed).toMatchObject([{ id: take.id, cuts: [] }]);
});

test("what somebody else left on the device waits for them, and is not seen or sent meanwhile", async () => {
  const server = new ScriptedServer();
  const hers = await studio.record(["one"]);
  const broken = await studio.record(["two"]);
  await hers.stop();
  const sender = new Sender(studio.store, server, () => {}, noPause);
  studio.person = 2;

  const closed = await closeBrokenTakes(studio.store, () => false);
  await sender.flush();
  const seenByOther = { closed, sent: [...server.opened], ...sender.state };
  studio.person = 1;
  await closeBrokenTakes(studio.store, () => false);
  await sender.flush();

  expect(seenByOther).toEqual({ closed: [], sent: [], waiting: 0, problem: "", refused: [] });
  expect(server.completed.map(({ id }) => id)).toEqual([hers.id, broken.id]);
});

test("what an older version left, which noted nobody, is sent once somebody says that it is theirs", async () => {
  const server = new ScriptedServer();
  studio.person = null;
  const take = await studio.record(["one"]);
  await take.stop();
  studio.person = 2;
  const sender = new Sender(studio.store, server, () => {}, noPause);
  await sender.flush();
  const sentUnasked = [...server.opened];

  for (const nameless of await studio.store.nameless()) await studio.store.putRecording(nameless);
  await sender.flush();

  expect(sentUnasked).toEqual([]);
  expect(server.completed).toMatchObject([{ id: take.id }]);
  expect(await studio.store.nameless()).toEqual([]);
});

async function lastChunk(): Promise<StoredChunk> {
  const [recording] = await studio.store.recordings();
  const chunk = (await studio.store.chunks(recording?.id ?? "")).at(-1);
  if (!chunk) throw new Error("there is no chunk");
  return chunk;
}
