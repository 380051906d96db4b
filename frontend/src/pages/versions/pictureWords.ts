/** What the pictures of a version show, in words and in colours. */

import type { FrozenPicture, Project, Split } from "@/api/types";
import { formatCount, plural } from "@/components/format";
import { NO_LABEL } from "@/components/labelColors";
import { type Mask, maskFromRLE } from "@/editor/mask";
import type { RLE } from "@/editor/rle";

export const ALL = "all";
const NAMED = 2; // labels of an image; of more only how many

/** What is chosen in the list of splits, as the API asks for it. */
export const splitOf = (shown: string): Split | undefined =>
  shown === ALL ? undefined : (shown as Split);

/** Outlines in the colours that labels of these names have by now. */
export function frozenOutlines(
  masks: FrozenPicture["masks"],
  labels: Project["labels"],
): { mask: Mask; colour: string }[] {
  const colours = new Map(labels.map(({ name, color }) => [name, color]));
  return masks.map(({ label, rle }) => ({
    mask: maskFromRLE(rle as RLE),
    colour: colours.get(label ?? "") ?? NO_LABEL,
  }));
}

/** "12 masks: 9 cell, 3 debris", the commonest first; of many labels the first two. */
export function labelsWords(masks: FrozenPicture["masks"]): string {
  const counts = new Map<string, number>();
  for (const { label } of masks) {
    const name = label ?? "unlabelled";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const named = sorted.slice(0, NAMED).map(([name, count]) => `${formatCount(count)} ${name}`);
  const rest = sorted.length - named.length;
  if (rest > 0) named.push(`${plural(rest, "label")} more`);
  const all = plural(masks.length, "mask");
  return named.length === 0 ? all : `${all}: ${named.join(", ")}`;
}
