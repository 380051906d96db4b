import { expect, test } from "vitest";
import { momentAt, Replay, trailAt } from "@/recorder/replay";
import type { TracePoint } from "@/recorder/trace";

const POINTS: TracePoint[] = [
  { t: 0, x: 50, y: 50, kind: "view", box_xyxy: [0, 0, 100, 100] },
  { t: 1, x: 10, y: 10, kind: "move" },
  { t: 4, x: 20, y: 10, kind: "move" },
  { t: 5, x: 30, y: 10, kind: "click" },
  { t: 5, x: 30, y: 10, kind: "select", mask: "cup" },
  { t: 6, x: 40, y: 10, kind: "view", box_xyxy: [20, 0, 60, 20] },
  { t: 8, x: 90, y: 90, kind: "select", mask: null },
];

test("the trail is of the last two seconds, and nothing that is still to come", () => {
  expect(momentAt(POINTS, 5).trail).toEqual([
    { x: 20, y: 10 },
    { x: 30, y: 10 },
  ]);
  expect(momentAt(POINTS, 4.5).trail).toEqual([{ x: 20, y: 10 }]);
  expect(momentAt(POINTS, 9).trail).toEqual([]);
});

test("while one speaks, the trail is cut by time and by the pause before it", () => {
  const times = (seconds: number, from: number) =>
    trailAt(POINTS.slice(0, 5), seconds, from).map(({ x }) => x);

  expect(times(5, 0)).toEqual([20, 30]);
  expect(times(5, 3)).toEqual([30]);
  expect(times(9, 0)).toEqual([]); // the pointer rests
});

test("a click is a ring that grows old", () => {
  expect(momentAt(POINTS, 5.75).rings).toEqual([{ x: 30, y: 10, t: 5, age: 0.5 }]);
  expect(momentAt(POINTS, 6.6).rings).toEqual([]);
});

test("a mask stays lit until another or none is selected", () => {
  const masks = [4, 5, 7.9, 8, 60].map((seconds) => momentAt(POINTS, seconds).mask);

  expect(masks).toEqual([null, "cup", "cup", null, null]);
});

test("what was in sight is known from the latest view", () => {
  expect(momentAt(POINTS, 5).inSight).toEqual({ x0: 0, y0: 0, x1: 100, y1: 100 });
  expect(momentAt(POINTS, 30).inSight).toEqual({ x0: 20, y0: 0, x1: 60, y1: 20 });
});

test("a trace of moves alone, as they were once kept, is played as before", () => {
  const moment = momentAt([{ t: 1, x: 3, y: 4, kind: "move" }], 2);

  expect(moment).toEqual({ trail: [{ x: 3, y: 4 }], rings: [], mask: null, inSight: null });
});

test("a take that leaves takes only its own replay along", () => {
  const replay = new Replay();
  replay.show({ take: "a", points: POINTS, seconds: 1 });

  replay.leave("b");
  const kept = replay.now.get()?.take;
  replay.leave("a");

  expect([kept, replay.now.get()]).toEqual(["a", null]);
});
