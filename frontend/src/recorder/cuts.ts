/** Stretches of a take that were taken back: still in its audio, but neither heard nor written. */

export interface Cut {
  start_s: number;
  end_s: number;
}

/** The cuts with one more, in their order, joined where they touch. */
export function withCut(cuts: readonly Cut[], cut: Cut): Cut[] {
  const joined: Cut[] = [];
  for (const next of [...cuts, cut].sort((a, b) => a.start_s - b.start_s)) {
    const last = joined.at(-1);
    if (last && next.start_s <= last.end_s)
      joined[joined.length - 1] = { ...last, end_s: Math.max(last.end_s, next.end_s) };
    else joined.push(next);
  }
  return joined;
}

/** The time itself, or the end of the cut that it lies in. */
export function afterCut(cuts: readonly Cut[], seconds: number): number {
  const around = cuts.find(({ start_s, end_s }) => start_s <= seconds && seconds < end_s);
  return around?.end_s ?? seconds;
}

/** How much of a take is cut. */
export function cutSeconds(cuts: readonly Cut[]): number {
  return cuts.reduce((sum, { start_s, end_s }) => sum + end_s - start_s, 0);
}
