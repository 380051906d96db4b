import { expect, test } from "vitest";
import type { OwnVoices } from "@/api/types";
import { canDeleteVoices, voiceWords } from "@/pages/account/voice-words";
import { listenersWords, retentionWords } from "@/pages/settings/voice-words";

const job = (state: "running" | "succeeded" | "failed", done: number, total: number) =>
  ({
    state,
    progress_done: done,
    progress_total: total,
    finished_at: state === "running" ? null : "2026-11-27T12:00:00Z",
  }) as NonNullable<OwnVoices["job"]>;

test("what is kept of a voice is said, and offered to be deleted while there is something", () => {
  const told = (voices: Omit<OwnVoices, "places">) => [voiceWords(voices), canDeleteVoices(voices)];

  expect(told({ takes: 0, with_voice: 0, job: null })).toEqual([
    "You have recorded nothing yet.",
    false,
  ]);
  expect(told({ takes: 3, with_voice: 1, job: null })).toEqual([
    "Your voice is kept in 1 take.",
    true,
  ]);
  expect(told({ takes: 3, with_voice: 0, job: job("succeeded", 3, 3) })).toEqual([
    "None of your voice is kept; the texts are.",
    false,
  ]);
});

test("a deletion tells how far it is, and can be tried again where it failed", () => {
  expect(voiceWords({ takes: 3, with_voice: 0, job: job("running", 0, 0) })).toContain("Nobody");
  expect(voiceWords({ takes: 1200, with_voice: 0, job: job("running", 20, 1200) })).toBe(
    "Deleting audio: 20 of 1,200 takes.",
  );
  expect(canDeleteVoices({ takes: 3, with_voice: 0, job: job("running", 1, 3) })).toBe(false);
  expect(canDeleteVoices({ takes: 3, with_voice: 0, job: job("failed", 1, 3) })).toBe(true);
});

test("who hears a voice and how long it is kept is said to those who cannot change it", () => {
  expect(listenersWords("nobody")).toBe("Nobody but you hears your takes.");
  expect(retentionWords(null)).toBe("Voices are kept until somebody deletes them.");
  expect(retentionWords(1)).toBe("Voices are deleted 1 day after the take.");
});
