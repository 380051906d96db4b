import { expect, test } from "vitest";
import { type Point, paceWords, withPoint } from "@/components/pace";

/** What a page has seen after these: [done, seconds], of 1,000 unless another total is told. */
function seenAfter(...points: readonly (readonly [done: number, s: number, total?: number])[]) {
  return points.reduce<readonly Point[]>(
    (seen, [done, s, total = 1000]) => withPoint(seen, { job: 1, done, total, at: 1000 * s }),
    [],
  );
}

test("the pace of a job and what is left are told once they are known", () => {
  expect(paceWords(seenAfter([100, 0]))).toBe("");
  expect(paceWords(seenAfter([100, 0], [110, 2]))).toBe("");
  expect(paceWords(seenAfter([100, 0], [120, 10]))).toBe("2 a second, 7 min left");
  expect(paceWords(seenAfter([0, 0], [7, 10]))).toBe("42 a minute, 24 min left");
  expect(paceWords(seenAfter([0, 0, 3], [1, 1800, 3]))).toBe("2 an hour, 1 h 0 min left");
});

test("nothing is told of a job that counts no steps, or has done all", () => {
  expect(paceWords(seenAfter([0, 0, 0], [1, 10, 0]))).toBe("");
  expect(paceWords(seenAfter([900, 0], [1000, 10]))).toBe("");
});

test("the next part of a job counts from the start", () => {
  expect(paceWords(seenAfter([0, 0], [990, 10], [1, 11]))).toBe("");
  expect(paceWords(seenAfter([0, 0], [500, 10], [501, 11, 2000]))).toBe("");
});

test("what was seen long ago is forgotten, as a job may have become slower", () => {
  const fast = seenAfter([0, 0], [500, 10], [510, 125], [520, 225]);

  expect(paceWords(fast)).toBe("6 a minute, 1 h 20 min left");
});

test("the same count seen again changes nothing, and a slow step keeps the one before it", () => {
  const seen = seenAfter([0, 0], [1, 300], [1, 400]);

  expect(paceWords(seen)).toBe("12 an hour, 83 h 15 min left");
});
