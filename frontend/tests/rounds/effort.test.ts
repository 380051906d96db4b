import { expect, test } from "vitest";
import type { EffortRow, Round } from "@/api/types";
import {
  cellWords,
  columnsBy,
  figureWords,
  learningPoints,
  rowTitle,
  savedWords,
  unfinishedWords,
} from "@/pages/rounds/effort/effortRows";
import { effortPoints } from "@/pages/rounds/effortWords";

const ROW: EffortRow = {
  ...{ key: "", name: "", arm: "serving", images: 40, unfinished: 0, masks: 1200 },
  ...{
    seconds: null,
    clicks: null,
    strokes: null,
    untouched: null,
    at_once: null,
    iou: null,
    saved: null,
  },
};
const figure = (value: number, low: number | null = null, high: number | null = null) => ({
  ...{ value, low, high, n: 1200 },
});

test("a figure stands with its interval and what it is of", () => {
  const figures = { seconds: figure(13.33, -8.06, 34.7), clicks: null, untouched: figure(0.5) };

  const told = columnsBy("arm").map(({ of, format }) =>
    figureWords({ ...ROW, ...figures }[of], format),
  );

  expect(told).toEqual([
    { value: "13.3", spread: "−8.1 to 34.7, n 1,200" },
    { value: "—", spread: "" },
    { value: "—", spread: "" },
    { value: "50 %", spread: "n 1,200" },
    { value: "—", spread: "" },
  ]);
});

test("images that all have the same tell of no interval", () => {
  expect(figureWords(figure(2, 2, 2), String)).toEqual({ value: "2", spread: "n 1,200" });
  const saved = { seconds: figure(6, 6, 6), clicks: null };
  expect(savedWords([{ ...ROW, saved }], 0.1)).toContain("not sure yet");
});

test("what was accepted at once stands beside what was accepted untouched, where there is any", () => {
  const [, , , untouched] = columnsBy("arm");
  const row = { ...ROW, untouched: figure(0.5), at_once: figure(0.25) };

  expect(untouched && cellWords(row, untouched).spread).toBe("n 1,200, 25 % at once");
  expect(untouched && cellWords({ ...row, at_once: figure(0) }, untouched).spread).toBe("n 1,200");
});

test("sizes and labels say that they know only the time at the mask", () => {
  const titles = (by: "size" | "round") => columnsBy(by).map(({ title }) => title);

  expect(titles("size")[0]).toBe("Seconds at the mask");
  expect(titles("round")[0]).toBe("Seconds per mask");
});

test("a row is named for people", () => {
  const round = { ...ROW, name: "Round 2", arm: "none" as const };

  expect(rowTitle(round, "round")).toBe("Round 2, without proposals");
  expect(rowTitle(round, "arm")).toBe("Without proposals");
  expect(rowTitle({ ...ROW, name: "Small", arm: "" }, "size")).toBe("Small");
});

test("what proposals save is said with how sure it is, or what is missing", () => {
  const saved = (low: number, high: number) => [
    { ...ROW, saved: { seconds: figure(6, low, high), clicks: null } },
  ];

  expect(savedWords(saved(2, 10), 0.1)).toBe(
    "Proposals save 6.0 seconds (95 %: 2.0 to 10.0, 1,200 masks) a mask.",
  );
  expect(savedWords(saved(-2, 14), 0.1)).toContain("not sure yet");
  expect(savedWords([ROW], 0.1)).toContain("once images with and without");
  expect(savedWords([ROW], 0)).toContain("Settings");
});

test("what is begun and not finished is told for each arm, and nothing where all is finished", () => {
  const bare = { ...ROW, arm: "none" as const, unfinished: 1200 };

  expect(unfinishedWords([{ ...ROW, unfinished: 3 }, bare])).toBe(
    "Begun and not finished, so that they do not count yet: model that served 3, without proposals 1,200. Images that need least are often finished first.",
  );
  expect(unfinishedWords([ROW, { ...bare, unfinished: null }])).toBeNull();
});

test("people's learning is a line of its own, the oldest round first", () => {
  const row = (key: string, arm: EffortRow["arm"], seconds: number) => ({
    ...{ ...ROW, key, arm, name: key, seconds: figure(seconds) },
  });
  const rows = [
    row("Round 1", "serving", 9),
    row("Round 1", "none", 28),
    row("Pretrained", "serving", 20),
    row("Pretrained", "previous", 21),
  ];

  expect(learningPoints(rows)).toEqual([
    {
      ...{ round: "Pretrained", with: 20, without: null },
      words: { with: "20.0 (1,200 masks)", without: "—" },
    },
    {
      ...{ round: "Round 1", with: 9, without: 28 },
      words: { with: "9.0 (1,200 masks)", without: "28.0 (1,200 masks)" },
    },
  ]);
});

test("a point of the curve is told with its interval and what it is of", () => {
  const effort = {
    ...{ masks: 1200, images: 40, seconds_per_mask: figure(13.33, -8.06, 34.7) },
    ...{ clicks_per_mask: null },
  };
  const rounds = [
    { number: 1, effort },
    { number: 0, effort: { masks: 0 } },
    { number: 2, effort: null },
  ] as unknown as Round[];

  expect(effortPoints(rounds)).toEqual([
    {
      ...{ round: "Round 1", of: "1,200 masks on 40 images", seconds: 13.33, clicks: null },
      words: { seconds: "13.3 (95 %: −8.1 to 34.7, 1,200 masks)", clicks: "—" },
    },
  ]);
});
