/** Which model served when and why, in words. */

import type { ServingMove } from "@/api/types";

export function modelName({ round }: ServingMove["to"]): string {
  return round === null ? "Pretrained model" : `Round ${round}`;
}

/** A row or tick of the charts of rounds; 0 is the pretrained model. */
export function roundName(number: number): string {
  return number === 0 ? "Pretrained" : `Round ${number}`;
}

/** "Passed the gate", "Rolled back by ada". */
export function whyServed({ by, before, reason }: ServingMove): string {
  if (before === null) return "From the start";
  if (reason === "rolled back") return `Rolled back by ${by}, from ${modelWords(before)}`;
  if (by !== null) return `Promoted by ${by} in place of ${modelWords(before)}: “${reason}”`;
  return `Passed the gate, in place of ${modelWords(before)}`;
}

/** A model's name within a sentence. */
export function modelWords({ round }: ServingMove["to"]): string {
  return round === null ? "the pretrained model" : `round ${round}`;
}
