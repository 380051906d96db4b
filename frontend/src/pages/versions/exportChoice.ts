import type { ExportChoice, Project, Version, VersionLabel } from "@/api/types";
import { plural } from "@/components/format";

const SPLITS = ["train", "val", "holdout", "unfinished"] as const;
type Split = (typeof SPLITS)[number];
type Counts = Pick<Version["counts"], Split>; // of older versions none has `val`

/** What becomes of a label: another name, or its masks stay behind. */
export interface LabelChoice {
  name: string;
  isOut: boolean;
}

/** The splits that have images. */
export function splitsThere(counts: Counts): Split[] {
  return SPLITS.filter((split) => (counts[split] ?? 0) > 0);
}

/** Those whose images a person of this role is shown: who annotates works blind. */
export function splitsShown(counts: Counts, role: Project["role"]): Split[] {
  return splitsThere(counts).filter((split) => role !== "annotator" || split !== "unfinished");
}

/** Finished images alone, unless there are no others. */
export function splitsAtFirst(counts: Counts): string[] {
  const there = splitsThere(counts);
  const finished = there.filter((split) => split !== "unfinished");
  return finished.length > 0 ? finished : there;
}

/** How many masks a label has, and what it was called where another has that name. */
export function labelNote({ name, called, masks }: VersionLabel): string {
  const isTwin = called.split(/\s+/).filter(Boolean).join(" ") !== name;
  const words = [masks === null ? "" : plural(masks, "mask"), isTwin ? `called “${called}”` : ""];
  return words.filter(Boolean).join(", ");
}

/** What is sent: only what differs from everything under its own name. */
export function choiceOf(
  splits: readonly string[],
  beside: { images: boolean; addresses: boolean },
  labels: Readonly<Record<string, LabelChoice>>,
): ExportChoice {
  const changed = Object.entries(labels).flatMap(([name, choice]): [string, string | null][] => {
    if (choice.isOut) return [[name, null]];
    const wanted = choice.name.trim();
    return wanted && wanted !== name ? [[name, wanted]] : [];
  });
  const choice: ExportChoice = { splits: [...splits], ...beside };
  if (changed.length > 0) choice.labels = Object.fromEntries(changed);
  return choice;
}

/** An export's choice in a few words, "" for everything. */
export function choiceWords(options: Readonly<Record<string, unknown>>): string {
  const words: string[] = [];
  if (Array.isArray(options.splits)) words.push(options.splits.join(", "));
  if (options.images) words.push("with images");
  if (options.addresses) words.push("with addresses of images");
  if (options.labels) words.push("labels changed");
  return words.join(" · ");
}
