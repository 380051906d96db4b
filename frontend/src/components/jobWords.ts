/** What a job does, in words, by its kind. */

const WORDS: Record<string, string> = {
  import_uploads: "Importing images",
  import_archive: "Unpacking an archive",
  prepare_images: "Embedding and proposing",
  transcribe: "Transcribing",
  run_round: "Retraining",
  export_version: "Exporting",
};

export function jobTitle(kind: string): string {
  const name = kind.split(".").at(-1) ?? kind;
  return WORDS[name] ?? name.replaceAll("_", " ");
}
