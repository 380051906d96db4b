import { beforeEach, expect, test } from "vitest";
import { closeBrokenTakes } from "@/recorder/take";
import { Studio } from "./studio";

const text = (buffer: ArrayBuffer) => new TextDecoder().decode(buffer);

let studio: Studio;

beforeEach(() => {
  studio = new Studio();
});

test("the clock stands still while the take is paused", () => {
  const it = studio.clock();
  it.start();
  studio.nowMs = 1500;
  it.stop();
  studio.nowMs = 60_000;
  it.start();
  studio.nowMs = 60_250;

  expect(it.seconds).toBe(1.75);
});

test("moves of the pointer are thinned, clicks are not, and a pause has none", async () => {
  const take = await studio.record([]);
  for (studio.nowMs = 0; studio.nowMs <= 100; studio.nowMs += 1)
    take.trace.add("move", studio.nowMs, 0);
  take.trace.add("click", 5, 6);
  take.pause();
  take.trace.add("move", 9, 9);

  const kinds = take.trace.points.map((point) => point.kind);
  expect(kinds).toEqual(["move", "move", "move", "click"]);
});

test("where a pointer comes to rest is noted, however soon after its last step", async () => {
  const take = await studio.record([]);
  for (studio.nowMs = 0; studio.nowMs <= 40; studio.nowMs += 1)
    take.trace.add("move", studio.nowMs, 0);
  studio.nowMs = 5000;

  expect(take.trace.points.map(({ t, x }) => [t, x])).toEqual([
    [0, 33],
    [0.034, 40],
  ]);
});

test("views and selected masks are noted on the clock of the pointer", async () => {
  const take = await studio.record([]);
  studio.nowMs = 1000;
  take.trace.addView({ x0: 0, y0: 0, x1: 40, y1: 20 });
  studio.nowMs = 1010;
  take.trace.addView({ x0: 10, y0: 5, x1: 30, y1: 15 });
  studio.nowMs = 2000;
  take.trace.addSelection("a cup", { x: 12.34, y: 6 });
  take.pause();
  take.trace.addView({ x0: 0, y0: 0, x1: 40, y1: 20 });

  expect(take.trace.points).toEqual([
    { t: 1, x: 20, y: 10, kind: "view", box_xyxy: [10, 5, 30, 15] },
    { t: 2, x: 12.3, y: 6, kind: "select", mask: "a cup" },
  ]);
});

test("a chunk ends when it was cut, not when the device came to write it", async () => {
  const source = studio.source();
  const take = studio.take(source);
  await take.start();
  studio.nowMs = 3000;

  await source.say("one", 2000);

  expect((await studio.store.chunks(take.id)).map(({ endS }) => endS)).toEqual([2]);
});

test("a chunk is on the device before it is sent", async () => {
  await studio.record(["one", "two"]);

  const [recording] = await studio.store.recordings();
  const chunks = await studio.store.chunks(recording?.id ?? "");
  expect(chunks.map((chunk) => [chunk.number, text(chunk.bytes), chunk.isSent])).toEqual([
    [0, "one", 0],
    [1, "two", 0],
  ]);
});

test("a take in which nobody was heard says so while it runs and when it ends", async () => {
  const take = await studio.record([]);
  studio.nowMs = 3000;
  take.hear(0.05);
  const early = take.isSilent;
  studio.nowMs = 6000;
  take.hear(0.05);
  const late = take.isSilent;
  await take.stop();

  expect([early, late]).toEqual([false, true]);
  expect(take.problem).toMatch(/nothing was heard/i);
});

test("a take with a voice, and one that ended at once, complain of nothing", async () => {
  const spoken = await studio.record([]);
  studio.speak(spoken, 0.6, 0.05, 0.05, 0.05, 0.05);
  await spoken.stop();
  const short = await studio.record([]);
  await short.stop();

  expect([spoken.problem, short.problem]).toEqual(["", ""]);
});

test("a take lives until its last chunk is kept, which comes after the stop", async () => {
  const source = studio.source();
  const take = studio.take(source);
  await take.start();

  const stopped = take.stop();
  const before = [take.state, take.isWhole];
  await stopped;

  expect(before).toEqual(["stopped", false]);
  expect([take.isWhole, (await studio.store.recording(take.id))?.end?.chunks]).toEqual([true, 1]);
});

test("a take that lives in another tab is left alone", async () => {
  const take = await studio.record(["one"]);

  await closeBrokenTakes(studio.store, (id) => id === take.id);

  expect((await studio.store.recording(take.id))?.end).toBeNull();
});

test("a device without room ends the take and keeps what came before", async () => {
  const source = studio.source();
  const take = studio.take(source);
  await take.start();
  await source.say("one");
  studio.store.putChunk = () => Promise.reject(new DOMException("full", "QuotaExceededError"));

  await source.say("two");
  await take.stop();
  await source.say("three");

  expect(take.state).toBe("stopped");
  expect(take.problem).toMatch(/no room left/);
  expect((await studio.store.recording(take.id))?.end?.chunks).toBe(1);
});

test("the last sentence is taken back from the silence before it", async () => {
  const take = await studio.record([]);
  studio.speak(take, 0.6, 0.6, 0.6);

  const cut = take.takeBack();

  expect(cut).toEqual({ start_s: 2.85, end_s: 4.5 });
  expect((await studio.store.recording(take.id))?.cuts).toEqual([cut]);
});

test("after more was said only that is taken back, and a cut can be put back", async () => {
  const take = await studio.record([]);
  studio.speak(take, 0.6, 0.6);
  take.takeBack();
  const before = take.cuts;
  studio.speak(take, 0.6);
  take.takeBack();
  const both = take.cuts;
  take.putBack(before);

  expect(before).toEqual([{ start_s: 1.35, end_s: 3 }]);
  expect(both).toEqual([{ start_s: 1.35, end_s: 4.5 }]);
  expect(take.cuts).toBe(before);
});

test("of a take in which nobody paused all is taken back, and of an empty one nothing", async () => {
  const take = await studio.record([]);
  const nothing = take.takeBack();
  for (let step = 0; step < 40; step += 1) {
    studio.nowMs += 50;
    take.hear(0.6);
  }

  expect(nothing).toBeNull();
  expect(take.takeBack()).toEqual({ start_s: 0, end_s: 2 });
});
