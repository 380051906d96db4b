/** What the history of a mask says, in words. */

import { formatCount, plural } from "@/components/format";
import type { LabelId } from "@/editor/operations";
import type { StateChange } from "@/editor/revisions";
import type { Revision } from "./api";
import { TOOLS } from "./tool-list";

export interface Names {
  ofLabel(label: LabelId | null): string;
  /** What the whole that a mask is or was a part of is called. */
  ofWhole(mask: string): string;
  ofAttribute(id: string): string;
}

/** Whether a revision can be gone back to, is what the mask is like now, or is just like that. */
export type Way = "back" | "here" | "same" | "none";

/** Of all that are like the mask is now, only the newest is how it came to be so. */
export function wayTo(
  { number, rle }: Pick<Revision, "number" | "rle">,
  newest: number,
  isLikeNow: boolean,
): Way {
  if (rle === null) return "none";
  if (!isLikeNow) return "back";
  return number === newest ? "here" : "same";
}

/** What tells how a mask began. */
type Beginning = Pick<Revision, "kind" | "proposal" | "author">;

/** Who made a revision. */
export function whoMade({ author, proposal }: Pick<Revision, "author" | "proposal">): string {
  return author ?? (proposal === null ? "Nobody" : "The model");
}

/** One line for each thing that a revision changed. */
export function changeLines(
  revision: Beginning,
  changes: readonly StateChange[],
  names: Names,
): string[] {
  if (changes.length === 0) return ["Saved again, unchanged"];
  return changes.map((change) => changeLine(revision, change, names));
}

function changeLine(revision: Beginning, change: StateChange, names: Names): string {
  switch (change.kind) {
    case "made":
      return `${beginning(revision)}, ${formatCount(change.area_px)} px`;
    case "deleted":
      return "Deleted";
    case "restored":
      return "Brought back";
    case "pixels":
      return pixelWords(change);
    case "label":
      return `Label: ${names.ofLabel(change.before)} → ${names.ofLabel(change.after)}`;
    case "parent":
      if (change.after !== null) return `Made a part of ${names.ofWhole(change.after)}`;
      return `No longer a part of ${names.ofWhole(change.before ?? "")}`;
    case "z":
      return change.after > change.before ? "Brought forward" : "Sent backward";
    case "attribute":
      return `${names.ofAttribute(change.attribute)}: ${change.before ?? "–"} → ${change.after ?? "–"}`;
  }
}

/** A bundle's part in a revision, in words that its id follows. */
export interface BundlePart {
  readonly part: string;
  readonly bundle: string;
}

/** Whose proposal a mask was made of, where it begins, and who answered the prompts. */
export function bundlesOf(revision: Revision): BundlePart[] {
  const { kind, author, bundle, round, answered_by, answered_by_round } = revision;
  const isBeginning = kind === "create" || kind === "verdict";
  const parts: BundlePart[] = [];
  if (isBeginning && bundle !== null) parts.push({ part: `Proposed by ${nameOf(round)}`, bundle });
  if (answered_by !== null && author !== null) {
    parts.push({ part: `Answered by ${nameOf(answered_by_round)}`, bundle: answered_by });
  }
  return parts;
}

/** What else an import told of a mask, or whose model predicted it; null where there is nothing. */
export function originOf(revision: Pick<Revision, "kind" | "model" | "origin">): string | null {
  const { kind, model, origin } = revision;
  if (model !== null && (kind === "create" || kind === "verdict")) return `Predicted by ${model}`;
  const { author, owner, source, verdict } = origin;
  const parts = [author && `by ${author}`, owner && `of ${owner}'s task`, source, verdict];
  const told = parts.filter(Boolean).join(", ");
  return told ? `In the files: ${told}` : null;
}

/** What a bundle is called, after the round that made it. */
function nameOf(round: number | null): string {
  return round === null ? "the pretrained model" : `round ${formatCount(round)}`;
}

const TOOL_WORDS: ReadonlyMap<string, string> = new Map([
  ...TOOLS.map(({ name, title }) => [name, title] as const),
  ["fill-holes", "Holes filled"],
  ["drop-specks", "Specks dropped"],
  ["grow", "Grown"],
  ["shrink", "Shrunk"],
  ["merge", "Merged"],
  ["cut-by-neighbours", "Cut by its neighbours"],
  ["cut-neighbours", "Cut by a neighbour"],
  ["part", "Made a part"],
  ["no-part", "No longer a part"],
  ["forward", "Brought forward"],
  ["backward", "Sent backward"],
  ["front", "Brought to the front"],
  ["back", "Sent to the back"],
  ["attribute", "Attribute set"],
  ["duplicate", "Duplicate"],
  ["restore", "Restored"],
  ["redo", "Redone"],
]);

/** With what it was made: the tool, prompts, strokes, and the time they took. */
export function meansOf(revision: Revision): string {
  const { tool, prompts, hypothesis, picked, strokes, clicks, seconds, undos } = revision;
  const boxes = prompts.filter(({ kind }) => kind === "box").length;
  const beside = prompts.filter((prompt) => prompt.kind === "point" && prompt.label === 0).length;
  const points = prompts.length - boxes - beside;
  return [
    tool !== null && TOOL_WORDS.get(tool),
    points > 0 && plural(points, "point"),
    beside > 0 && `${plural(beside, "point")} beside it`,
    boxes > 0 && plural(boxes, "box", "boxes"),
    hypothesis !== null && `hypothesis ${hypothesis + 1}${picked ? ", picked" : ""}`,
    strokes > 0 && plural(strokes, "stroke"),
    prompts.length === 0 && strokes === 0 && clicks > 0 && plural(clicks, "click"),
    undos > 0 && plural(undos, "undo"),
    seconds > 0 && `${seconds < 10 ? seconds.toFixed(1) : formatCount(Math.round(seconds))} s`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function beginning({ kind, proposal, author }: Beginning): string {
  if (kind === null) return "Imported";
  if (proposal === null) return "Drawn";
  if (author === null) return "Proposal accepted by itself";
  return kind === "verdict" ? "Proposal accepted as it was" : "Proposal corrected and accepted";
}

function pixelWords({ added_px, removed_px }: { added_px: number; removed_px: number }): string {
  const parts = [
    added_px > 0 && `${formatCount(added_px)} px added`,
    removed_px > 0 && `${formatCount(removed_px)} px removed`,
  ];
  return parts.filter(Boolean).join(", ");
}
