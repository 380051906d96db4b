/** How a version is spread, as the points of charts. */

import type { VersionDistributions } from "@/api/types";
import { formatCount, plural } from "@/components/format";

export const MOST_LABELS = 30;

export interface Bar {
  name: string;
  count: number;
}

type Bins = VersionDistributions["masks_per_image"];

/** The labels with most masks, and what the others come to. */
export function labelBars(labels: VersionDistributions["labels"]): { bars: Bar[]; rest: string } {
  const bars = labels
    .slice(0, MOST_LABELS)
    .map(({ label, masks }) => ({ name: label ?? "No label", count: masks }));
  const others = labels.slice(MOST_LABELS);
  if (others.length === 0) return { bars, rest: "" };
  const masks = others.reduce((sum, each) => sum + each.masks, 0);
  return { bars, rest: `${formatCount(others.length)} more, with ${plural(masks, "mask")}` };
}

/** Bars from the first bin that has anything to the last. */
export function binBars({ edges, counts }: Bins, nameOf: (at: number) => string): Bar[] {
  const bars = counts.map((count, at) => ({ name: nameOf(at), count }));
  const last = counts.findLastIndex((count) => count > 0);
  const first = counts.findIndex((count) => count > 0);
  return first < 0 || edges.length === 0 ? [] : bars.slice(first, last + 1);
}

/** Of what is measured: "1-2", below the first edge "<1", from the last on "≥8". */
export function rangeName(edges: readonly number[], unit = ""): (at: number) => string {
  const words = edges.map((edge) => String(Number(edge.toPrecision(6))));
  return (at) => {
    if (at === 0) return `<${words[0]}${unit}`;
    if (at === words.length) return `≥${words[at - 1]}${unit}`;
    return `${words[at - 1]}–${words[at]}${unit}`;
  };
}

/** Where a range begins, by its name. */
export const fromOf = (name: string): string => name.split("–")[0] ?? name;

/** Of what is counted: "0", "1", "3–4", "≥1000". */
export function countName(edges: readonly number[]): (at: number) => string {
  return (at) => {
    const from = at === 0 ? 0 : (edges[at - 1] ?? 0);
    const next = edges[at];
    if (next === undefined) return `≥${from}`;
    return next - from === 1 ? String(from) : `${from}–${next - 1}`;
  };
}

export const percents = (edges: readonly number[]): number[] => edges.map((edge) => edge * 100);

/** "Small 12 %, medium 50 %, large 38 %", of masks. */
export function sizeWords({ small, medium, large }: VersionDistributions["sizes"]): string {
  const all = small + medium + large;
  if (all === 0) return "";
  const share = (count: number) => `${Math.round((100 * count) / all)} %`;
  return `${share(small)} small, ${share(medium)} medium, ${share(large)} large`;
}
