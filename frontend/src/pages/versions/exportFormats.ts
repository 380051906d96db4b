import type { Export, ExportFormat, Project, Version } from "@/api/types";

interface Described {
  format: ExportFormat;
  name: string;
  /** What goes in, in one sentence. */
  holds: string;
  /** Where people pointed, or how they sounded: only with their consent, for who may hear them. */
  isVoiced: boolean;
}

/** An entry of the menu; one that cannot be had says why. */
export interface Offer extends Described {
  refusal: string | null;
}

/** What there is beside the masks, whose formats the server tells: what people said, the manifest. */
export const FORMATS: readonly Described[] = [
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
    format: "manifest",
    name: "Manifest as Parquet",
    holds: "Which images, masks and words it froze, as a table to be queried: a row an image.",
    isVoiced: false,
  },
];

const ROLES_HEARING: Record<Project["listeners"], readonly Project["role"][]> = {
  nobody: [],
  manager: ["manager"],
  reviewer: ["reviewer", "manager"],
};

/**
 * How a version's descriptions can still be exported. The same version gives the same bytes, so that
 * one export is enough; of voices it gives what people agree to then, so that another may hold more.
 */
export function offersOf(
  { exports, counts }: Pick<Version, "exports" | "counts">,
  project: Pick<Project, "listeners" | "role">,
): Offer[] {
  return FORMATS.filter((each) => !isThere(each, exports)).map((each) => ({
    ...each,
    refusal: refusalOf(each, counts, project),
  }));
}

function isThere({ format, isVoiced }: Described, exports: readonly Export[]): boolean {
  return exports.some((each) => {
    if (each.format !== format) return false;
    if (isVoiced) return !each.job.finished_at;
    return each.state !== "failed" && each.state !== "cancelled";
  });
}

function refusalOf(
  { format, isVoiced }: Described,
  counts: Version["counts"],
  { listeners, role }: Pick<Project, "listeners" | "role">,
): string | null {
  if (format === "manifest") return null;
  const said = counts.transcripts + (isVoiced ? 0 : counts.captions + (counts.mask_captions ?? 0));
  if (said === 0) return "Nothing was said in this version.";
  if (!isVoiced || ROLES_HEARING[listeners].includes(role)) return null;
  return listeners === "nobody"
    ? "The project's settings let nobody hear the voices of others."
    : "The project's settings do not let you hear the voices of others.";
}
