/** What a round cost, and the people's time that it is set against, in words. */

import type { EffortFigure, RoundCost } from "@/api/types";
import { formatAbout, formatCount, plural } from "@/components/format";
import { isSure, oneDigit } from "./effort/effortRows";

/** Masks on either side below which nothing is compared (FEWEST_MASKS on the server). */
const FEWEST_MASKS = 20;

/** How long it took, and what was made meanwhile; null where no job of it has ended. */
export function tookWords({ seconds, runs, judging_s, embeddings }: RoundCost): string | null {
  if (seconds === null) return null;
  const took = runs > 1 ? `It was started ${runs} times; the last run took` : "It took";
  const parts = [
    `${took} ${formatAbout(seconds)}`,
    judging_s === null ? null : `${formatAbout(judging_s)} of them to judge it`,
    embeddings === 0 ? null : `with ${plural(embeddings, "embedding")} made meanwhile`,
  ];
  return `${parts.filter((part) => part !== null).join(", ")}.`;
}

/** What its model has proposed since; null before it did. */
export function proposedWords({ proposals, proposed_images }: RoundCost): string | null {
  if (proposals === 0) return null;
  return `Its model has proposed ${plural(proposals, "mask")} on ${plural(proposed_images, "image")}.`;
}

/** By how much a mask takes people less, or what is missing to tell. */
export function savesWords({ saved, masks }: RoundCost): string {
  if (saved === null)
    return `What it saves people is told once ${FEWEST_MASKS} masks or more are finished with its proposals (now ${formatCount(masks)}), and as many with those before it.`;
  const change = changeWords(saved);
  if (!isSure(saved))
    return `Whether it saves people time is not sure yet: a mask takes ${change}.`;
  const total = formatAbout(Math.abs(saved.value) * masks);
  return `With its proposals a mask takes ${change}: about ${total} of people's time on ${plural(masks, "mask")}; people may have become faster meanwhile.`;
}

function changeWords({ value, low, high, n }: EffortFigure): string {
  const [word, sign] = value < 0 ? ["more", -1] : ["less", 1];
  const ends = low === null || high === null ? [] : [low * sign, high * sign].sort((a, b) => a - b);
  const interval = ends.length === 0 ? "" : `95 %: ${ends.map(oneDigit).join(" to ")}, `;
  return `${oneDigit(value * sign)} seconds ${word} than with those before it (${interval}n ${formatCount(n)})`;
}
