/** What was said in a take, once the server has heard it. */

import { ProblemError } from "@/api/problem";
import type { Recording } from "@/api/types";
import type { Outcome } from "@/editor/spoken-captions";

/** Where a take is looked for; tests bring their own. */
export interface Looking {
  /** Throws ProblemError, of status 404 where the server has no such take. */
  read(recording: string): Promise<Recording>;
  /** The text without fillers, repetitions and false starts. */
  clean(text: string): Promise<string>;
  /** Whether this device still has some of it to send. */
  isHere(recording: string): Promise<boolean>;
  /** Why the server would not have it; null where it did not say no. */
  refusal(recording: string): string | null;
  pause(ms: number): Promise<void>;
}

const FIRST_PAUSE_MS = 700;
const LONGEST_PAUSE_MS = 10_000;

/** Look for the words of a take until they are there. Null once nobody waits for them any more. */
export async function wordsOf(
  recording: string,
  looking: Looking,
  signal: AbortSignal,
): Promise<Outcome | null> {
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const outcome = await look(recording, looking);
    if (outcome !== null) return signal.aborted ? null : outcome;
    await looking.pause(pauseMs);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.2);
  }
  return null;
}

/** Null where there is nothing to tell yet. */
async function look(recording: string, looking: Looking): Promise<Outcome | null> {
  const refusal = looking.refusal(recording);
  if (refusal !== null) {
    return { kind: "unheard", why: `${refusal} What you said is kept on this device.` };
  }
  // Asked first: a device forgets a take once the server has it whole.
  const isHere = await looking.isHere(recording);
  try {
    return await outcomeOf(await looking.read(recording), looking);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.status === 404 && !isHere ? { kind: "gone" } : null;
  }
}

async function outcomeOf(take: Recording, looking: Looking): Promise<Outcome | null> {
  if (take.deleted_at !== null) return { kind: "gone" };
  const text = (take.transcripts.findLast(isCorrected) ?? take.transcripts[0])?.text;
  if (take.state === "failed") {
    const why = take.error || "The audio could not be read.";
    return { kind: "unheard", why: `${why} The take is kept; say it again, or write it.` };
  }
  if (text !== undefined)
    return { kind: "words", text: text.trim() && (await looking.clean(text)) };
  if (take.voice_deleted_at === null) return null;
  return { kind: "unheard", why: "Its voice was deleted before it was heard." };
}

const isCorrected = ({ kind }: Recording["transcripts"][number]): boolean => kind === "corrected";
