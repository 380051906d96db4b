/** What changed between two versions, in words and in colours. */

import type { CaptionChange, ChangedImage, MaskChange, VersionDiff } from "@/api/types";
import { formatCount, plural } from "@/components/format";
import type { Box } from "@/editor/geometry";
import { type Mask, maskFromRLE } from "@/editor/mask";
import type { RLE } from "@/editor/rle";

type Counts = VersionDiff["images"];

/** Of outlines; they stay apart on photographs and for who does not tell red from green. */
export const COLOURS = {
  added: ["Added", "#51cf66"],
  removed: ["Removed", "#ff6b6b"],
  before: ["Changed, before", "#ffd43b"],
  after: ["Changed, now", "#4dabf7"],
} as const;

const OF_MASKS: Record<string, string> = {
  shape: "new shape",
  label: "new label",
  attributes: "attributes",
  z: "stacking",
  parent: "parent",
  caption: "caption",
  revision: "saved again",
};
const OF_IMAGES: Record<string, string> = {
  file_name: "file name",
  size_hw: "size",
  group: "group",
  split: "split",
  transcripts: "transcripts",
  captions: "captions",
};
const OF_HEADERS: Record<string, string> = {
  query: "what was chosen of the project",
  project: "the project's name",
};

export interface Outline {
  mask: Mask;
  colour: string;
}

/** "3 added, 1 removed"; nothing where nothing changed. */
export function countWords(counts: Counts): string {
  const parts = (["added", "removed", "changed"] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${formatCount(counts[kind])} ${kind}`);
  return parts.join(", ");
}

export function isSame(diff: VersionDiff): boolean {
  const { added, removed, changed } = diff.images;
  const isHeaderSame = diff.renamed.length === 0 && headerWords(diff).length === 0;
  return added + removed + changed === 0 && isHeaderSame;
}

/** What became of labels themselves and of their attributes: a name for each kind, and the words. */
export function headerWords(diff: VersionDiff): [string, string][] {
  const attributes = diff.attributes.map(({ label, attribute, kind, fields }) => {
    const what = fields.length > 0 ? fields.join(", ") : kind;
    return `${attribute} of ${label} (${what})`;
  });
  const words: [string, string][] = [
    ["Labels added", diff.labels_added.join(", ")],
    ["Labels removed", diff.labels_removed.join(", ")],
    ["Attributes", attributes.join(", ")],
    ["Also different", diff.header_fields.map((name) => OF_HEADERS[name] ?? name).join(", ")],
  ];
  return words.filter(([, found]) => found !== "");
}

/** What is different in masks, or in images, that both versions have: "new shape: 12, new label: 3". */
export function fieldWords(fields: Record<string, number>, of: "masks" | "images"): string {
  const names = of === "masks" ? OF_MASKS : OF_IMAGES;
  return Object.entries(fields)
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${names[name] ?? name}: ${formatCount(count)}`)
    .join(", ");
}

/** A row for each tenth of IoU; the names are those of the axis. */
export function histogramOf({ bins }: VersionDiff["iou"]): { iou: string; masks: number }[] {
  const width = 1 / bins.length;
  return bins.map((masks, at) => ({
    iou: `${(at * width).toFixed(1)}–${((at + 1) * width).toFixed(1)}`,
    masks,
  }));
}

/** What the histogram is of. */
export function measuredWords({ measured, reshaped, mean }: VersionDiff["iou"]): string {
  if (mean === null) return "No mask changed its shape.";
  const of =
    measured < reshaped
      ? `the first ${formatCount(measured)} of ${plural(reshaped, "mask")} that changed their shape`
      : `${plural(reshaped, "mask")} that changed ${reshaped === 1 ? "its" : "their"} shape`;
  return `IoU of old and new shape: ${mean.toFixed(3)} on average, of ${of}.`;
}

/** What changed in one image, the most telling first. */
export function imageWords({
  kind,
  split,
  group,
  fields,
  masks,
  captions,
}: ChangedImage): string[] {
  const words = kind === "changed" ? [] : [kind === "added" ? "New image" : "Image removed"];
  if (fields.includes("split")) words.push(`${split.before} → ${split.after}`);
  if (fields.includes("group"))
    words.push(`group ${group.before ?? "none"} → ${group.after ?? "none"}`);
  const counts = { added: 0, removed: 0, changed: 0 };
  for (const mask of masks) counts[mask.kind] += 1;
  const ious = masks.flatMap(({ iou }) => (iou === null ? [] : [iou]));
  const masksToo = countWords(counts);
  if (masksToo !== "") {
    const least = ious.length > 0 ? `, IoU from ${Math.min(...ious).toFixed(2)}` : "";
    words.push(`${masks.length === 1 ? "mask" : "masks"}: ${masksToo}${least}`);
  }
  if (captions.length > 0) words.push(plural(captions.length, "caption"));
  if (fields.includes("transcripts")) words.push("transcripts");
  return words;
}

/** Which labels masks of the image moved between, each once. */
export function movesOf(masks: readonly MaskChange[]): string[] {
  const moves = masks
    .filter(({ fields }) => fields.includes("label"))
    .map((each) => `${each.label_before ?? "no label"} → ${each.label_after ?? "no label"}`);
  return [...new Set(moves)];
}

export function captionOf({ mask }: CaptionChange): string {
  return mask === null ? "Caption" : "Caption of a mask";
}

/** The shapes to draw: of a mask that only changed its label, say, the one that it has. */
export function outlinesOf(masks: readonly MaskChange[]): Outline[] {
  return masks.flatMap((change) => {
    const shown: Outline[] = [];
    const { kind, before, after } = change;
    const isReshaped = change.fields.includes("shape");
    if (before && (kind === "removed" || isReshaped))
      shown.push(outlineOf(before, kind === "removed" ? "removed" : "before"));
    if (after) shown.push(outlineOf(after, kind === "added" ? "added" : "after"));
    return shown;
  });
}

/** The box around all that is drawn; null where nothing is. */
export function boxAround(outlines: readonly Outline[]): Box | null {
  const boxes = outlines.flatMap(({ mask }) => (mask.box ? [mask.box] : []));
  if (boxes.length === 0) return null;
  return {
    x0: Math.min(...boxes.map(({ x0 }) => x0)),
    y0: Math.min(...boxes.map(({ y0 }) => y0)),
    x1: Math.max(...boxes.map(({ x1 }) => x1)),
    y1: Math.max(...boxes.map(({ y1 }) => y1)),
  };
}

function outlineOf(rle: NonNullable<MaskChange["before"]>, as: keyof typeof COLOURS): Outline {
  return { mask: maskFromRLE(rle as RLE), colour: COLOURS[as][1] };
}
