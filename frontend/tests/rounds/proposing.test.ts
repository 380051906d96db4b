import { expect, test } from "vitest";
import type { Job, Proposing } from "@/api/types";
import { proposingWords } from "@/pages/rounds/proposingWords";
import { IDLE_JOB } from "../idle-job";

test("while its job runs, what serves is proposing on so many images", () => {
  const running = { state: "running", message: "Proposing masks" } as const;

  expect(told({ ...running, progress_done: 40, progress_total: 1200 })).toBe(
    "Proposing: 40 of 1,200 images",
  );
});

test("what comes before and after that in the job is said, and so is why nothing moves", () => {
  const embedding = { message: "Embedding images", progress_done: 3, progress_total: 12 };

  expect(told({ state: "running", ...embedding })).toBe("Preparing: embedding images, 3 of 12");
  expect(told({ state: "running", message: "" })).toBe("Preparing: starting…");
  expect(told({ state: "queued" })).toBe("Proposing waits for its turn");
  expect(told({ state: "queued", stalled: true })).toBe("Proposing is stalled");
});

test("afterwards it has proposed on so many", () => {
  expect(told({ state: "succeeded" }, 118)).toBe("Proposed on 118 images");
  expect(told({ state: "succeeded" }, 1)).toBe("Proposed on 1 image");
  expect(told({ state: "succeeded" }, 0)).toBe("No mask proposed yet");
});

test("what came to no end is told as such", () => {
  expect(told({ state: "failed" }, 40)).toBe("Preparing failed: proposed on 40 images so far");
  expect(told({ state: "cancelled" }, 1)).toBe(
    "Preparing was cancelled: proposed on 1 image so far",
  );
});

test("of a project that was never prepared nothing is told", () => {
  expect(proposingWords({ bundle: null, job: null, images: null })).toBeNull();
});

function told(job: Partial<Job>, images: Proposing["images"] = null): string | null {
  return proposingWords({ bundle: "b", job: { ...IDLE_JOB, ...job } as Job, images });
}
