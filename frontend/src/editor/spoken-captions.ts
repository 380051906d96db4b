/** What is said of a mask, until its person keeps it: awaited, then in the field beside typed text. */

import type { Unsent } from "@/editor/unsent";

export const LONGEST_CAPTION = 5000; // characters, as the server has it

/** What has come of a take; gone: its speaker put it away, or nobody has it any more. */
export type Outcome =
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "unheard"; readonly why: string }
  | { readonly kind: "gone" };

const NOTHING = "Nothing was heard. Say it again, or write it.";
const TOO_LONG = `That is too long for one mask: ${LONGEST_CAPTION} characters at most. The take is kept.`;

/**
 * Put a take's words where the caption is written; nothing is saved by it. What was typed meanwhile
 * stays before them. Does nothing where a later take, or none, is awaited by now.
 */
export function takeWords(unsent: Unsent, mask: string, recording: string, outcome: Outcome): void {
  const awaited = unsent.spoken.get()[mask];
  if (awaited?.kind !== "awaited" || awaited.recording !== recording) return;
  if (outcome.kind === "gone") {
    unsent.noteSpoken(mask, null);
    return;
  }
  const why = outcome.kind === "unheard" ? outcome.why : faultOf(unsent, mask, outcome.text);
  if (why !== null) {
    unsent.noteSpoken(mask, { kind: "unheard", recording, why });
    return;
  }
  if (outcome.kind === "words") unsent.writeCaption(mask, joined(unsent, mask, outcome.text));
  unsent.noteSpoken(mask, { kind: "heard", recording });
}

function faultOf(unsent: Unsent, mask: string, text: string): string | null {
  if (text.trim() === "") return NOTHING;
  return joined(unsent, mask, text).length > LONGEST_CAPTION ? TOO_LONG : null;
}

function joined(unsent: Unsent, mask: string, text: string): string {
  return [unsent.captions.get()[mask] ?? "", text]
    .map((each) => each.trim())
    .join(" ")
    .trim();
}
