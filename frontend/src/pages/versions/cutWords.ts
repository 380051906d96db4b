/** What became of versions that were asked for. */

import type { Version, VersionCut } from "@/api/types";
import { plural } from "@/components/format";

/** Of cuts, the newest first: those under way, and those that failed since one succeeded. */
export function cutsToShow(cuts: readonly VersionCut[]): VersionCut[] {
  const lastGood = cuts.findIndex(({ job }) => job.state === "succeeded");
  return cuts.filter(
    ({ job }, place) =>
      !job.finished_at || (job.state === "failed" && (lastGood < 0 || place < lastGood)),
  );
}

/**
 * Of cuts, those that ended since `known` was written down; undefined where nobody looked before.
 * Not those that were seen at work: a small one has ended before the page looks for the first time.
 */
export function endedSince(
  known: ReadonlySet<string> | undefined,
  cuts: readonly VersionCut[],
): VersionCut[] {
  return known ? endedOf(cuts).filter(({ id }) => !known.has(id)) : [];
}

export const endedOf = (cuts: readonly VersionCut[]): VersionCut[] =>
  cuts.filter(({ job }) => job.finished_at);

/**
 * "" where it came to nothing, which its row tells. One that is not among the newest versions was
 * cut long before.
 */
export function endWords(cut: VersionCut, newest: readonly Version[]): string {
  if (!cut.version) return "";
  const id = cut.version.slice(0, 8);
  const version = newest.find((each) => each.id === cut.version);
  return !version || Date.parse(version.created_at) < Date.parse(cut.created_at)
    ? `Nothing has changed since: this is version ${id}, which was cut before.`
    : `Version ${id} holds ${plural(version.counts.masks, "mask")}.`;
}
