import { expect, test } from "vitest";
import type { Job, Rebuild } from "@/api/types";
import { digestWords, rebuildWords } from "@/pages/rounds/models/rebuildWords";
import { IDLE_JOB } from "../idle-job";

const AT = "2026-11-29T09:00:00Z";
const NAMES = ["decoder.onnx", "decoder.safetensors", "prompt_head.onnx", "thresholds"];

test("a rebuild tells how many files are equal, and which are not", () => {
  expect(rebuildWords(rebuilt("succeeded"))).toBe("4 of 4 files equal");
  expect(rebuildWords(rebuilt("succeeded", ["thresholds"]))).toBe(
    "3 of 4 files equal; not thresholds",
  );
  expect(rebuildWords(rebuilt("succeeded", NAMES.slice(0, 2)))).toBe(
    "2 of 4 files equal; not decoder.onnx and decoder.safetensors",
  );
  expect(rebuildWords(rebuilt("succeeded", NAMES))).toBe(
    "0 of 4 files equal; not decoder.onnx, decoder.safetensors, and 2 more",
  );
});

test("a rebuild that came to no end tells why", () => {
  const none = { files: [] };
  const failed = rebuilt("failed");

  expect(rebuildWords({ ...rebuilt("running"), ...none })).toBe("Under way");
  expect(rebuildWords({ ...rebuilt("cancelled"), ...none })).toBe("Cancelled");
  expect(
    rebuildWords({ ...failed, ...none, job: { ...failed.job, error: "The disk is full." } }),
  ).toBe("Failed: The disk is full.");
});

test("a digest is shown by how it begins", () => {
  expect([digestWords("0123456789abcdef"), digestWords(null)]).toEqual(["0123456789ab", "none"]);
});

function rebuilt(state: Job["state"], different: readonly string[] = []): Rebuild {
  return {
    ...{ id: "1", bundle: "b", is_equal: null, changes: [], created_by: null, created_at: AT },
    ...{ metrics: {}, is_within_noise: null, verdict: "" },
    files: NAMES.map((name) => {
      return { name, recorded: "a", made: different.includes(name) ? "b" : "a", note: "" };
    }),
    job: {
      ...{ ...IDLE_JOB, kind: "rebuild_bundle", state, started_at: AT },
      finished_at: state === "running" ? null : AT,
    },
  };
}
