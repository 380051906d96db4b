import { expect, test } from "vitest";
import type { Round } from "@/api/types";
import { firstOf, holdoutPoints, linesOf } from "@/pages/rounds/holdoutPoints";

test("what each model came to stands by round and by size, the oldest first, with how many objects", () => {
  const points = holdoutPoints([
    judged(1, { miou_1: 0.75, objects: 44 }, { small: { miou_1: 0.64, objects: 14 } }),
    judged(0, { miou_1: 0.7, objects: 30 }, { large: { miou_1: 0.8, objects: 1 } }),
  ]);

  expect(points).toEqual([
    {
      ...{ round: "Pretrained", all: 0.7, small: null, medium: null, large: 0.8 },
      words: {
        ...{ all: "0.700 (30 objects)", small: "—", medium: "—", large: "0.800 (1 object)" },
      },
    },
    {
      ...{ round: "Round 1", all: 0.75, small: 0.64, medium: null, large: null },
      words: {
        ...{ all: "0.750 (44 objects)", small: "0.640 (14 objects)", medium: "—", large: "—" },
      },
    },
  ]);
  expect(linesOf(points).map(({ label }) => label)).toEqual(["All objects", "Small", "Large"]);
});

test("rounds that were not judged have no point, and without sizes there is one line", () => {
  const points = holdoutPoints([
    round(3, {}),
    judged(2, { miou_1: 0.7, objects: 9 }),
    round(1, {}),
  ]);

  expect(points.map(({ round }) => round)).toEqual(["Round 2"]);
  expect(linesOf(points).map(({ name }) => name)).toEqual(["all"]);
});

test("before there are two models to compare, what is known is said", () => {
  const [only] = holdoutPoints([judged(1, { miou_1: 0.7, objects: 9 })]);

  expect(firstOf(undefined)).toContain("begins with the first round judged");
  expect(firstOf(only)).toContain("Round 1: IoU 0.700 (9 objects) after one click.");
});

interface Known {
  miou_1: number;
  objects: number;
}

function judged(number: number, all: Known, by_size?: Record<string, Known>): Round {
  return round(number, { candidate: { ...all, ...(by_size && { by_size }) } });
}

function round(number: number, metrics: object): Round {
  return { number, metrics } as unknown as Round;
}
