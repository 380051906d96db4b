import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { ProblemError, UnreachableError } from "@/api/problem";
import { Clock } from "@/recorder/clock";
import { type NewTake, type RecordingTransport, Sender, type TakeEnd } from "@/recorder/sender";
import { RecordingStore, type StoredChunk } from "@/recorder/store";
import { type AudioSource, closeBrokenTakes, Take } from "@/recorder/take";

let nowMs = 0;
let database = 0;
let store: RecordingStore;

beforeEach(() => {
  nowMs = 0;
  vi.spyOn(Date, "now").mockImplementation(() => nowMs); // no two takes begin at once
  database += 1;
  store = new RecordingStore(`test-${database}`);
});

const clock = () => new Clock(() => nowMs);
const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;
const text = (buffer: ArrayBuffer) => new TextDecoder().decode(buffer);

class ScriptedSource implements AudioSource {
  readonly mime = "audio/webm";
  #onChunk: Parameters<AudioSource["start"]>[1] = async () => {};
  start(_timesliceMs: number, onChunk: Parameters<AudioSource["start"]>[1]): void {
    this.#onChunk = onChunk;
  }
  lose = () => {};
  onLost(listener: () => void): void {
    this.lose = listener;
  }
  pause(): void {}
  resume(): void {}
  async stop(): Promise<void> {
    await this.#onChunk(bytes("last"), nowMs);
  }
  say(words: string, cutMs = nowMs): Promise<void> {
    return this.#onChunk(bytes(words), cutMs);
  }
}

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

async function record(words: string[]): Promise<Take> {
  const source = new ScriptedSource();
  const take = new Take(7, source, store, () => {}, clock());
  await take.start();
  for (const word of words) {
    nowMs += 2000;
    await source.say(word);
  }
  return take;
}

test("the clock stands still while the take is paused", () => {
  const it = clock();
  it.start();
  nowMs = 1500;
  it.stop();
  nowMs = 60_000;
  it.start();
  nowMs = 60_250;

  expect(it.seconds).toBe(1.75);
});

test("moves of the pointer are thinned, clicks are not, and a pause has none", async () => {
  const take = await record([]);
  for (nowMs = 0; nowMs <= 100; nowMs += 1) take.trace.add("move", nowMs, 0);
  take.trace.add("click", 5, 6);
  take.pause();
  take.trace.add("move", 9, 9);

  const kinds = take.trace.points.map((point) => point.kind);
  expect(kinds).toEqual(["move", "move", "move", "click"]);
});

test("where a pointer comes to rest is noted, however soon after its last step", async () => {
  const take = await record([]);
  for (nowMs = 0; nowMs <= 40; nowMs += 1) take.trace.add("move", nowMs, 0);
  nowMs = 5000;

  expect(take.trace.points.map(({ t, x }) => [t, x])).toEqual([
    [0, 33],
    [0.034, 40],
  ]);
});

test("views and selected masks are noted on the clock of the pointer", async () => {
  const take = await record([]);
  nowMs = 1000;
  take.trace.addView({ x0: 0, y0: 0, x1: 40, y1: 20 });
  nowMs = 1010;
  take.trace.addView({ x0: 10, y0: 5, x1: 30, y1: 15 });
  nowMs = 2000;
  take.trace.addSelection("a cup", { x: 12.34, y: 6 });
  take.pause();
  take.trace.addView({ x0: 0, y0: 0, x1: 40, y1: 20 });

  expect(take.trace.points).toEqual([
    { t: 1, x: 20, y: 10, kind: "view", box_xyxy: [10, 5, 30, 15] },
    { t: 2, x: 12.3, y: 6, kind: "select", mask: "a cup" },
  ]);
});

test("a chunk ends when it was cut, not when the device came to write it", async () => {
  const source = new ScriptedSource();
  const take = new Take(7, source, store, () => {}, clock());
  await take.start();
  nowMs = 3000;

  await source.say("one", 2000);

  expect((await store.chunks(take.id)).map(({ endS }) => endS)).toEqual([2]);
});

test("a chunk is on the device before it is sent", async () => {
  await record(["one", "two"]);

  const [recording] = await store.recordings();
  const chunks = await store.chunks(recording?.id ?? "");
  expect(chunks.map((chunk) => [chunk.number, text(chunk.bytes), chunk.isSent])).toEqual([
    [0, "one", 0],
    [1, "two", 0],
  ]);
});

test("chunks go up in order, the end follows, and the device forgets them", async () => {
  const server = new ScriptedServer();
  const take = await record(["one", "two"]);
  take.trace.add("click", 3, 4);
  await take.stop();

  await new Sender(store, server, () => {}, noPause).flush();

  expect(server.chunks).toEqual(["0:one", "1:two", "2:last"]);
  expect(server.completed).toEqual([
    { id: take.id, chunks: 3, duration_s: 4, points: 1, cuts: [] },
  ]);
  expect(await store.recordings()).toEqual([]);
});

test("a take that ends while its chunks are on their way is completed with all of them", async () => {
  const server = new ScriptedServer();
  const take = await record(["one"]);
  const sender = new Sender(store, server, () => {}, noPause);
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
  const source = new ScriptedSource();
  const take = new Take(7, source, store, () => {}, clock());
  await take.start();
  let longest = 0;
  const putChunk = store.putChunk.bind(store);
  store.putChunk = (chunk) => {
    longest = Math.max(longest, chunk.trace?.points.length ?? 0);
    return putChunk(chunk);
  };
  for (let step = 0; step < 1000; step += 1) {
    nowMs += 20; // so that some moves are replaced by the next one
    take.trace.add("move", step, step % 7);
    if (step % 100 === 99) await source.say(`${step}`);
    if (step % 130 === 0) take.takeBack(); // is noted in between
  }
  await take.stop();
  const all = [...take.trace.points];

  const [stored] = await store.recordings();
  const kept = stored && (await store.trace(stored));
  await new Sender(store, server, () => {}, noPause).flush();

  expect(kept).toEqual(all);
  expect(server.completed).toMatchObject([{ points: all.length, chunks: 11 }]);
  expect(longest).toBeLessThanOrEqual(101);
});

test("chunks that are sent are not read again", async () => {
  const server = new ScriptedServer();
  const sender = new Sender(store, server, () => {}, noPause);
  const source = new ScriptedSource();
  const take = new Take(7, source, store, () => {}, clock());
  await take.start();
  for (let number = 0; number < 40; number += 1) {
    await source.say(`${number}`);
    await sender.flush();
  }
  const read = vi.spyOn(store, "chunk");
  await source.say("40");

  await sender.flush();

  expect(server.chunks).toHaveLength(41);
  expect(Math.min(...read.mock.calls.map(([, number]) => number))).toBe(40);
  expect(sender.state.waiting).toBe(0);
});

test("after a reload only what was not sent waits", async () => {
  const server = new ScriptedServer();
  await record(["one", "two"]);
  await new Sender(store, server, () => {}, noPause).flush();
  await store.putChunk({ ...(await lastChunk()), number: 2, isSent: 0 });
  server.failures = [new ProblemError(404, {})];
  const anew = new Sender(store, server, () => {}, noPause);

  await anew.flush();

  expect(anew.state.waiting).toBe(1);
});

test("a broken connection is tried again and nothing is sent twice", async () => {
  const server = new ScriptedServer();
  const take = await record(["one", "two"]);
  await take.stop();
  server.failures = [new UnreachableError(), new UnreachableError()];

  await new Sender(store, server, () => {}, noPause).flush();

  expect(server.chunks).toEqual(["0:one", "1:two", "2:last"]);
  expect(server.completed).toHaveLength(1);
});

test("a refused recording is kept with its reason and does not hold up the next", async () => {
  const server = new ScriptedServer();
  const refused = await record(["one"]);
  await refused.stop();
  await record(["two"]).then((take) => take.stop());
  server.failures = [new ProblemError(404, { detail: "The image was deleted." })];

  const sender = new Sender(store, server, () => {}, noPause);
  await sender.flush();

  expect(sender.state.refused.map(({ reason }) => reason)).toEqual(["The image was deleted."]);
  expect((await store.recordings()).map(({ id }) => id)).toEqual([refused.id]);
  expect(server.completed).toHaveLength(1);
});

test("a take about a mask waits for that mask, and holds up no other take", async () => {
  const server = new ScriptedServer();
  const source = new ScriptedSource();
  const about = new Take(7, source, store, () => {}, clock(), "cup");
  await about.start();
  await about.stop();
  nowMs = 1;
  const other = await record(["two"]);
  await other.stop();
  server.failures = [new ProblemError(409, { code: "mask_not_saved" })];

  const sender = new Sender(store, server, () => {}, noPause);
  await sender.flush();

  expect(server.completed.map(({ id }) => id)).toEqual([other.id, about.id]);
  expect(server.opened.map(({ mask }) => mask)).toEqual([null, "cup"]);
  expect(sender.state.refused).toEqual([]);
});

test("a take about a mask that never comes is left to its speaker", async () => {
  const server = new ScriptedServer();
  const take = new Take(7, new ScriptedSource(), store, () => {}, clock(), "cup");
  await take.start();
  await take.stop();
  server.failures = Array.from(
    { length: 21 },
    () => new ProblemError(409, { code: "mask_not_saved", detail: "It is not saved yet." }),
  );

  const sender = new Sender(store, server, () => {}, noPause);
  await sender.flush();
  const refused = sender.state.refused.map(({ reason }) => reason);
  await sender.retry(take.id);

  expect(refused).toEqual(["It is not saved yet."]);
  expect(server.completed).toMatchObject([{ id: take.id }]);
});

test("a device forgets a take whose voice was deleted meanwhile", async () => {
  const server = new ScriptedServer();
  await record(["one"]);
  server.failures = [new ProblemError(409, { code: "voice_deleted" })];

  const sender = new Sender(store, server, () => {}, noPause);
  await sender.flush();

  expect(await store.recordings()).toEqual([]);
  expect(sender.state).toEqual({ waiting: 0, problem: "", refused: [] });
});

test("a take that a crash cut off is sent with what was stored of it", async () => {
  const server = new ScriptedServer();
  await record(["one", "two"]);

  await closeBrokenTakes(store, () => false);
  await new Sender(store, server, () => {}, noPause).flush();

  expect(server.completed).toMatchObject([{ chunks: 2, duration_s: 4 }]);
});

test("a browser killed at second 50 loses nothing that was stored, and the take is told of", async () => {
  const server = new ScriptedServer();
  const take = await record(Array.from({ length: 24 }, (_, at) => `piece ${at}`));
  speak(take, 0.6, 0.6);
  take.trace.add("click", 3, 4);
  take.takeBack(); // notes what there is by now
  await record([]); // another one died before its first chunk

  const closed = await closeBrokenTakes(store, () => false);
  await new Sender(store, server, () => {}, noPause).flush();

  expect(closed.map(({ id, end }) => [id, end?.chunks])).toEqual([[take.id, 24]]);
  expect(server.chunks).toHaveLength(24);
  expect(server.completed).toMatchObject([{ id: take.id, chunks: 24, points: 1 }]);
  expect(server.completed[0]?.cuts).toEqual(take.cuts);
});

test("a microphone that goes away in mid-take ends it, and what was said is kept", async () => {
  const server = new ScriptedServer();
  const source = new ScriptedSource();
  const take = new Take(7, source, store, () => {}, clock());
  await take.start();
  nowMs = 2000;
  await source.say("one");
  source.stop = async () => {}; // it has stopped already
  source.lose();
  await vi.waitUntil(() => take.problem !== "");
  source.lose();

  await new Sender(store, server, () => {}, noPause).flush();

  expect(take.state).toBe("stopped");
  expect(take.problem).toMatch(/microphone went away.*is kept/i);
  expect(server.completed).toMatchObject([{ chunks: 1, duration_s: 2 }]);
});

test("a take that nobody ends is ended before it is too long to be transcribed, and is whole", async () => {
  const server = new ScriptedServer();
  const source = new ScriptedSource();
  const take = new Take(7, source, store, () => {}, clock());
  await take.start();
  take.hear(0.6);
  nowMs = 7_199_000;
  await source.say("nearly");
  const before = take.state;
  nowMs = 7_201_000;
  await source.say("too long");
  await vi.waitUntil(() => take.problem !== "");

  await new Sender(store, server, () => {}, noPause).flush();

  expect([before, take.state]).toEqual(["recording", "stopped"]);
  expect(take.problem).toMatch(/at most 2 hours.*kept/i);
  expect(server.chunks).toEqual(["0:nearly", "1:too long", "2:last"]);
  expect(server.completed).toMatchObject([{ chunks: 3 }]);
});

test("a take in which nobody was heard says so while it runs and when it ends", async () => {
  const take = await record([]);
  nowMs = 3000;
  take.hear(0.05);
  const early = take.isSilent;
  nowMs = 6000;
  take.hear(0.05);
  const late = take.isSilent;
  await take.stop();

  expect([early, late]).toEqual([false, true]);
  expect(take.problem).toMatch(/nothing was heard/i);
});

test("a take with a voice, and one that ended at once, complain of nothing", async () => {
  const spoken = await record([]);
  speak(spoken, 0.6, 0.05, 0.05, 0.05, 0.05);
  await spoken.stop();
  const short = await record([]);
  await short.stop();

  expect([spoken.problem, short.problem]).toEqual(["", ""]);
});

test("a take lives until its last chunk is kept, which comes after the stop", async () => {
  const source = new ScriptedSource();
  const take = new Take(7, source, store, () => {}, clock());
  await take.start();

  const stopped = take.stop();
  const before = [take.state, take.isWhole];
  await stopped;

  expect(before).toEqual(["stopped", false]);
  expect([take.isWhole, (await store.recording(take.id))?.end?.chunks]).toEqual([true, 1]);
});

test("a take that lives in another tab is left alone", async () => {
  const take = await record(["one"]);

  await closeBrokenTakes(store, (id) => id === take.id);

  expect((await store.recording(take.id))?.end).toBeNull();
});

test("a device without room ends the take and keeps what came before", async () => {
  const source = new ScriptedSource();
  const take = new Take(7, source, store, () => {}, clock());
  await take.start();
  await source.say("one");
  store.putChunk = () => Promise.reject(new DOMException("full", "QuotaExceededError"));

  await source.say("two");
  await take.stop();
  await source.say("three");

  expect(take.state).toBe("stopped");
  expect(take.problem).toMatch(/no room left/);
  expect((await store.recording(take.id))?.end?.chunks).toBe(1);
});

async function lastChunk(): Promise<StoredChunk> {
  const [recording] = await store.recordings();
  const chunk = (await store.chunks(recording?.id ?? "")).at(-1);
  if (!chunk) throw new Error("there is no chunk");
  return chunk;
}

/** Half a second of speech and half a second of silence, in steps of 50 ms. */
function speak(take: Take, ...sentences: number[]): void {
  for (const level of sentences)
    for (let step = 0; step < 30; step += 1) {
      nowMs += 50;
      take.hear(step < 15 ? level : 0.05);
    }
}

test("the last sentence is taken back from the silence before it", async () => {
  const take = await record([]);
  speak(take, 0.6, 0.6, 0.6);

  const cut = take.takeBack();

  expect(cut).toEqual({ start_s: 2.85, end_s: 4.5 });
  expect((await store.recording(take.id))?.cuts).toEqual([cut]);
});

test("taken back again with nothing said since, the sentence before goes too", async () => {
  const server = new ScriptedServer();
  const take = await record(["one"]);
  nowMs = 0;
  speak(take, 0.6, 0.6, 0.6);
  take.takeBack();
  take.takeBack();
  await take.stop();

  await new Sender(store, server, () => {}, noPause).flush();

  expect(server.completed[0]?.cuts).toHaveLength(1);
  expect(take.cuts).toEqual([{ start_s: 1.35, end_s: 4.5 }]);
});

test("after more was said only that is taken back, and a cut can be put back", async () => {
  const take = await record([]);
  speak(take, 0.6, 0.6);
  take.takeBack();
  const before = take.cuts;
  speak(take, 0.6);
  take.takeBack();
  const both = take.cuts;
  take.putBack(before);

  expect(before).toEqual([{ start_s: 1.35, end_s: 3 }]);
  expect(both).toEqual([{ start_s: 1.35, end_s: 4.5 }]);
  expect(take.cuts).toBe(before);
});

test("of a take in which nobody paused all is taken back, and of an empty one nothing", async () => {
  const take = await record([]);
  const nothing = take.takeBack();
  for (let step = 0; step < 40; step += 1) {
    nowMs += 50;
    take.hear(0.6);
  }

  expect(nothing).toBeNull();
  expect(take.takeBack()).toEqual({ start_s: 0, end_s: 2 });
});

test("a take that was begun anew goes up whole and then to the trash", async () => {
  const server = new ScriptedServer();
  const take = await record(["one"]);
  await take.abandon();
  server.failures = [new UnreachableError()];

  await new Sender(store, server, () => {}, noPause).flush();

  expect(server.completed).toHaveLength(1);
  expect(server.removed).toEqual([take.id]);
  expect(await store.recordings()).toEqual([]);
});

test("one that was kept after all before it had gone up is not put in the trash", async () => {
  const server = new ScriptedServer();
  const take = await record(["one"]);
  await take.abandon();
  const stored = await store.recording(take.id);
  if (stored) await store.putRecording({ ...stored, isRemoved: false });

  await new Sender(store, server, () => {}, noPause).flush();

  expect(server.completed).toHaveLength(1);
  expect(server.removed).toEqual([]);
});

test("what an older version left on the device is sent as before", async () => {
  const server = new ScriptedServer();
  const take = await record(["one"]);
  await take.stop();
  const stored = await store.recording(take.id);
  if (stored) await store.putRecording({ ...stored, cuts: undefined, isRemoved: undefined });

  await new Sender(store, server, () => {}, noPause).flush();

  expect(server.completed).toMatchObject([{ id: take.id, cuts: [] }]);
});
