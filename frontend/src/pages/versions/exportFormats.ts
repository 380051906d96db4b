import type { Export, ExportFormat, Project, Version } from "@/api/types";

/** What there is beside the masks, whose formats the server tells. */
export interface Described {
  format: ExportFormat;
  name: string;
  /** What goes in, in one sentence. */
  holds: string;
}

/** A format of what people said; one that cannot be had says why. */
export interface WordsOffer extends Described {
  refusal: string | null;
}

interface Words extends Described {
  /** Where people pointed, or how they sounded: only with their consent, for who may hear them. */
  isVoiced: boolean;
}

const WORDS: readonly Words[] = [
  {
    format: "descriptions",
    name: "Descriptions",
    holds: "What each person said and wrote, and the masks their words speak of: a line an image.",
    isVoiced: false,
  },
  {
    format: "narratives",
    name: "Narratives",
    holds: "Spoken words with their times and where the pointer was, as Localized Narratives.",
    isVoiced: true,
  },
  {
    format: "voices",
    name: "Narratives with voices",
    holds: "The same with the recordings of those who agree to that now.",
    isVoiced: true,
  },
  {
    format: "huggingface_voices",
    name: "Hugging Face dataset with voices",
    holds:
      "Masks and captions, and beside them the recordings with their words, as Parquet. Another project can import it.",
    isVoiced: true,
  },
];

const MANIFEST: Described = {
  format: "manifest",
  name: "Manifest as Parquet",
  holds: "Which images, masks and words it froze, as a table to be queried: a row an image.",
};

const ROLES_HEARING: Record<Project["listeners"], readonly Project["role"][]> = {
  nobody: [],
  manager: ["manager"],
  reviewer: ["reviewer", "manager"],
};

/** How what people said in a version can leave. */
export function wordsOffers(
  counts: Version["counts"],
  project: Pick<Project, "listeners" | "role">,
): WordsOffer[] {
  return WORDS.map(({ isVoiced, ...each }) => ({
    ...each,
    refusal: refusalOf(isVoiced, counts, project),
  }));
}

/** The manifest as a table, until there is one: the same version gives the same bytes. */
export function manifestOffer(exports: readonly Export[]): Described | null {
  const isThere = exports.some(
    ({ format, state, is_expired }) =>
      format === MANIFEST.format && state !== "failed" && state !== "cancelled" && !is_expired,
  );
  return isThere ? null : MANIFEST;
}

function refusalOf(
  isVoiced: boolean,
  counts: Version["counts"],
  { listeners, role }: Pick<Project, "listeners" | "role">,
): string | null {
  const said = counts.transcripts + (isVoiced ? 0 : counts.captions + (counts.mask_captions ?? 0));
  if (said === 0) return isVoiced ? "Nobody spoke in it." : "Nothing was said in this version.";
  if (!isVoiced || ROLES_HEARING[listeners].includes(role)) return null;
  return listeners === "nobody"
    ? "The project's settings let nobody hear the voices of others."
    : "The project's settings do not let you hear the voices of others.";
}
