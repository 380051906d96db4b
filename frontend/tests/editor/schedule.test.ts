import { expect, test } from "vitest";
import { inSlices } from "@/editor/schedule";

test("what is done with many is done with each once, a few at a time", () => {
  const done: number[] = [];
  const tasks: (() => void)[] = [];
  let now_ms = 0;
  inSlices(
    [1, 2, 3, 4, 5, 6],
    (item) => done.push(item),
    (task) => {
      tasks.push(task);
      return () => undefined;
    },
    () => now_ms++,
  );

  const perTask: number[] = [];
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
    const before = done.length;
    task();
    perTask.push(done.length - before);
  }

  expect(perTask).toEqual([4, 2]);
  expect(done).toEqual([6, 5, 4, 3, 2, 1]);
});
