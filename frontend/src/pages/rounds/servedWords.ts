/** Which model served when and why, in words. */

import type { ServingMove } from "@/api/types";

export function modelName({ round }: ServingMove["to"]): string {
  return round === null ? "Pretrained model" : `Round ${round}`;
}

/** "Passed the gate", "Rolled back by ada". */
export function whyServed({ by, before, reason }: ServingMove): string {
  if (before === null) return "From the start";
  if (reason === "rolled back") return `Rolled back by ${by}, from ${inSentence(before)}`;
  if (by !== null) return `Promoted by ${by}, against the gate, in place of ${inSentence(before)}`;
  return `Passed the gate, in place of ${inSentence(before)}`;
}

function inSentence(model: ServingMove["to"]): string {
  return model.round === null ? "the pretrained model" : `round ${model.round}`;
}
