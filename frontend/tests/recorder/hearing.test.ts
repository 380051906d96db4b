import { expect, test } from "vitest";
import { ProblemError, UnreachableError } from "@/api/problem";
import type { Recording } from "@/api/types";
import { type Looking, wordsOf } from "@/recorder/hearing";

const going = new AbortController().signal;

function take(change: Partial<Recording>): Recording {
  return {
    ...{ id: "take", user: "ada", mask: "cup", mask_label: "cup", error: "", duration_s: 4 },
    ...{ cuts: [], chunks: [], audio_url: null, peaks_url: null, may_listen: true },
    ...{
      has_voice: true,
      voice_deleted_at: null,
      created_at: "",
      deleted_at: null,
      transcripts: [],
    },
    ...{ state: "transcribing", ...change },
  };
}

function said(text: string, kind: "raw" | "corrected" = "raw"): Recording["transcripts"][number] {
  return { id: kind, kind, text, words: [], dropped: [], author: null, created_at: "" };
}

/** A server that gives these answers one after the other; `here` is what the device holds. */
function script(
  answers: readonly (Recording | Error)[],
  here = false,
): Looking & { reads: number } {
  const rest = [...answers];
  return {
    reads: 0,
    async read() {
      this.reads += 1;
      const answer = rest.shift();
      if (answer === undefined) throw new Error("nobody should look again");
      if (answer instanceof Error) throw answer;
      return answer;
    },
    clean: async (text) => text.replace("uh ", ""),
    isHere: async () => here,
    refusal: () => null,
    pause: async () => {},
  };
}

test("the words of a take are looked for until they are there, and cleaned by the rules", async () => {
  const heard = take({ state: "transcribed", transcripts: [said("uh a red cup")] });
  const server = script([take({ state: "uploading" }), new UnreachableError(), take({}), heard]);

  const outcome = await wordsOf("take", server, going);

  expect(outcome).toEqual({ kind: "words", text: "a red cup" });
  expect(server.reads).toBe(4);
});

test("a corrected text comes before the raw one, and silence is no words", async () => {
  const texts = [said("a read cup"), said("a red cup", "corrected")];
  const corrected = script([take({ state: "transcribed", transcripts: texts })]);
  const silent = script([take({ state: "transcribed", transcripts: [said(" ")] })]);

  expect(await wordsOf("take", corrected, going)).toMatchObject({ text: "a red cup" });
  expect(await wordsOf("take", silent, going)).toEqual({ kind: "words", text: "" });
});

test("a take that this device is still to send is waited for; one that nobody has is gone", async () => {
  const unknown = new ProblemError(404, {});
  const heard = take({ state: "transcribed", transcripts: [said("a cup")] });

  const waited = await wordsOf("take", script([unknown, heard], true), going);
  const lost = await wordsOf("take", script([unknown]), going);
  const removed = await wordsOf("take", script([take({ deleted_at: "now" })]), going);

  expect([waited?.kind, lost?.kind, removed?.kind]).toEqual(["words", "gone", "gone"]);
});

test("what went wrong is told, with what to do", async () => {
  const failed = script([take({ state: "failed", error: "Whisper ran out of memory." })]);
  const silenced = script([take({ voice_deleted_at: "now" })]);
  const refused: Looking = { ...script([]), refusal: () => "The image was deleted." };

  const told = [failed, silenced, refused].map((server) => wordsOf("take", server, going));

  expect(await Promise.all(told)).toEqual([
    {
      kind: "unheard",
      why: "Whisper ran out of memory. The take is kept; say it again, or write it.",
    },
    { kind: "unheard", why: "Its voice was deleted before it was heard." },
    { kind: "unheard", why: "The image was deleted. What you said is kept on this device." },
  ]);
});

test("nobody is told once the page has left the image", async () => {
  const leaving = new AbortController();
  const server = script([take({})]);
  server.pause = async () => leaving.abort();

  expect(await wordsOf("take", server, leaving.signal)).toBeNull();
});
