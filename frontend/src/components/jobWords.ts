import type { Job } from "@/api/types";
import { plural } from "./format";

/** What a job does and did, in words, by its kind. */

const WORDS: Record<Job["kind"], string> = {
  import_uploads: "Importing images",
  import_archive: "Unpacking an archive",
  check_dataset: "Looking at a dataset",
  import_dataset: "Importing a dataset",
  undo_import: "Undoing an import",
  prepare_images: "Preparing images",
  transcribe: "Transcribing",
  ground: "Linking words to masks",
  shorten: "Shortening a text",
  run_round: "Retraining",
  rebuild_bundle: "Rebuilding a model",
  cut_version: "Cutting a version",
  export_version: "Exporting",
  delete_voices: "Deleting recordings",
};

/** What the steps of a job are, where people count them too. */
const STEPS: Partial<Record<Job["kind"], string>> = {
  import_uploads: "file",
  import_dataset: "image",
  undo_import: "image",
  prepare_images: "image",
  cut_version: "image",
  export_version: "image",
};

export function jobTitle(kind: Job["kind"]): string {
  return WORDS[kind];
}

/** What a live job is at, or waits for. */
export function jobPhase({ state, message, cancel_requested }: Job): string {
  if (cancel_requested) return "Cancelled: it stops at its next step.";
  if (state === "queued") return message || "Waits for its turn.";
  return message || "Starting…";
}

/** How much an ended job did; empty where that says nothing to people. */
export function jobYield({ kind, state, progress_total }: Job): string {
  const step = STEPS[kind];
  const counts = state === "succeeded" && step !== undefined && progress_total > 0;
  return counts ? plural(progress_total, step) : "";
}
