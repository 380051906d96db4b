/** Which model served or was tried when and why, in words. */

import type { ServedBundle, ServingMove } from "@/api/types";
import { formatPercent } from "@/components/format";

type Model = Pick<ServedBundle, "round" | "is_in_part">;

/** Of some rounds two models come: with all it trained; in part, with the rest of what served. */
export function modelName({ round, is_in_part }: Model): string {
  return round === null ? "Pretrained model" : `Round ${round}${is_in_part ? IN_PART : ""}`;
}

const IN_PART = ", in part";

/** A row or tick of the charts of rounds; 0 is the pretrained model. */
export function roundName(number: number): string {
  return number === 0 ? "Pretrained" : `Round ${number}`;
}

/** What came to serve, or whose trial began or ended. */
export function moveName({ alias, to, before }: ServingMove): string {
  const model = to ?? before ?? { round: null, is_in_part: false };
  if (alias === "serving") return modelName(model);
  return `Trial of ${modelWords(model)}${to === null ? " ended" : ""}`;
}

/** "Passed the gate", "Rolled back by ada", "Begun by ada on 10 % of the images". */
export function whyMoved(move: ServingMove): string {
  if (move.alias === "serving") return whyServed(move);
  return move.to === null ? howTrialEnded(move) : `Begun by ${move.by}${onShare(move)}`;
}

function howTrialEnded({ by, before, share, gave_way_to: instead }: ServingMove): string {
  const byThen = share === null ? "" : `; it was on ${formatPercent(share)} of the images`;
  if (instead === null) return `Ended by ${by}${byThen}`;
  const model = instead.bundle === before?.bundle ? "it" : modelWords(instead);
  const whom = by === null ? "by the gate, which" : `by ${by}, who`;
  return `Ended ${whom} had ${model} serve${byThen}`;
}

/** Images that somebody has begun keep the proposals that they had. */
function onShare({ share }: ServingMove): string {
  return share === null ? "" : ` on ${formatPercent(share)} of the images that nobody had begun`;
}

function whyServed({ by, before, reason }: ServingMove): string {
  if (before === null) return "From the start";
  if (reason === "rolled back") return `Rolled back by ${by}, from ${modelWords(before)}`;
  if (by !== null) return `Promoted by ${by} in place of ${modelWords(before)}: “${reason}”`;
  return `Passed the gate, in place of ${modelWords(before)}`;
}

/** A model's name within a sentence. */
export function modelWords({ round, is_in_part }: Model): string {
  return round === null ? "the pretrained model" : `round ${round}${is_in_part ? IN_PART : ""}`;
}
