/** Which two versions are compared, as the address holds it: how the ids begin, the earlier first. */

import type { Version } from "@/api/types";
import { isSame } from "../criteria";

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

/** Lists older versions that were asked for one by one behind the newest ones, each once. */
export function withNamed(newestFirst: readonly Version[], named: readonly Version[]): Version[] {
  const known = new Set(newestFirst.map(({ id }) => id));
  const others = new Map(named.filter(({ id }) => !known.has(id)).map((each) => [each.id, each]));
  const byAge = [...others.values()].sort((a, b) => b.created_at.localeCompare(a.created_at));
  return [...newestFirst, ...byAge];
}

/**
 * What to compare a version with first: the last one before it that was cut from the same, as little
 * is told by what two choices differ in; else the one before it, or after the first.
 */
export function neighbourOf(version: Version, newestFirst: readonly Version[]): string | undefined {
  const at = newestFirst.findIndex(({ id }) => id === version.id);
  if (at < 0) return undefined;
  const nearest = (versions: readonly Version[]) =>
    versions.find((each) => isOfTheSame(each, version)) ?? versions[0];
  const older = nearest(newestFirst.slice(at + 1));
  if (older) return nameOfPair(older.id, version.id);
  const newer = nearest(newestFirst.slice(0, at).reverse());
  return newer && nameOfPair(version.id, newer.id);
}

/** A saved query that was changed keeps its name, and one that was saved later had none before. */
function isOfTheSame(one: Version, other: Version): boolean {
  const isNamedAlike = one.cut_from !== null && one.cut_from.name === other.cut_from?.name;
  return isNamedAlike || isSame(one.criteria, other.criteria);
}

/** "1a2b3c4d · Rings · v1.0 · For us." in a list to choose from: of a saved query its name, too. */
export function versionTitle({ id, cut_from, tags, note }: Version): string {
  const said = [cut_from?.name, ...tags, note.split("\n")[0]];
  return [id.slice(0, SHORT), ...said].filter(Boolean).join(" · ");
}
