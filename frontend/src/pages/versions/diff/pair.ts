/** Which two versions are compared, as the address holds it: how the ids begin, the earlier first. */

import type { Version } from "@/api/types";

const SHORT = 8; // characters; what is shown of an id, too

export interface Pair {
  before: Version;
  after: Version;
}

export function nameOfPair(before: string, after: string): string {
  return `${before.slice(0, SHORT)}-${after.slice(0, SHORT)}`;
}

/** The versions that the address names; null where one of them is not there. */
export function pairOf(compare: string | undefined, versions: readonly Version[]): Pair | null {
  const [start = "", end = "", ...more] = compare?.split("-") ?? [];
  const before = versions.find(({ id }) => id.startsWith(start));
  const after = versions.find(({ id }) => id.startsWith(end));
  const isNamed = start.length === SHORT && end.length === SHORT && more.length === 0;
  return isNamed && before && after ? { before, after } : null;
}

/** What to compare a version with first: the one that was cut before it, or after the first. */
export function neighbourOf(version: Version, newestFirst: readonly Version[]): string | undefined {
  const at = newestFirst.findIndex(({ id }) => id === version.id);
  const [newer, older] = [newestFirst[at - 1], newestFirst[at + 1]];
  if (at >= 0 && older) return nameOfPair(older.id, version.id);
  return at >= 0 && newer ? nameOfPair(version.id, newer.id) : undefined;
}

/** "1a2b3c4d · v1.0 · 12 Nov" in a list to choose from. */
export function versionTitle({ id, tags, note }: Version): string {
  return [id.slice(0, SHORT), ...tags, note.split("\n")[0]].filter(Boolean).join(" · ");
}
