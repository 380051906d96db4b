import type { Job } from "@/api/types";

/** What a job does, in words, by its kind. */

const WORDS: Record<Job["kind"], string> = {
  import_uploads: "Importing images",
  import_archive: "Unpacking an archive",
  prepare_images: "Embedding and proposing",
  transcribe: "Transcribing",
  run_round: "Retraining",
  export_version: "Exporting",
};

export function jobTitle(kind: Job["kind"]): string {
  return WORDS[kind];
}
