import { expect, it } from "vitest";
import { withNews } from "@/api/jobs";
import type { Job } from "@/api/types";
import { IDLE_JOB } from "./idle-job";

function job(id: number, state: Job["state"] = "succeeded"): Job {
  return { ...IDLE_JOB, id, kind: "prepare_images", state };
}

it("puts jobs that began on top and renews the others where they stand", () => {
  const pages = [
    { results: [job(4, "running"), job(3)], next: "older" },
    { results: [job(2, "queued"), job(1)], next: null },
  ];

  const renewed = withNews(pages, [job(6, "queued"), job(5, "running"), job(4), job(2, "running")]);

  const told = renewed.map(({ results }) => results.map(({ id, state }) => `${id} ${state}`));
  expect(told).toEqual([
    ["6 queued", "5 running", "4 succeeded", "3 succeeded"],
    ["2 running", "1 succeeded"],
  ]);
  expect(renewed.map(({ next }) => next)).toEqual(["older", null]);
});

it("shows news of jobs before any page was read", () => {
  expect(withNews([], [job(2), job(1)])).toEqual([{ results: [job(2), job(1)], next: null }]);
});
