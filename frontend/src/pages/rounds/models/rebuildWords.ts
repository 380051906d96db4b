/** What came of making a model again, in words. */

import type { Bundle, Rebuild, RebuiltFile } from "@/api/types";
import { plural } from "@/components/format";

const NAMED = 2; // of the files that differ; of more only how many
const list = new Intl.ListFormat("en");

export const isBeingRebuilt = ({ rebuild }: Bundle): boolean =>
  rebuild !== null && !rebuild.job.finished_at;

export const isEqual = ({ recorded, made }: RebuiltFile): boolean => recorded === made;

/** "7 of 7 files equal", or which are not, or why nobody knows. */
export function rebuildWords({ job, files }: Rebuild): string {
  if (!job.finished_at) return "Under way";
  if (job.state === "cancelled") return "Cancelled";
  if (files.length === 0) return `Failed: ${job.error}`;
  const different = files.filter((file) => !isEqual(file)).map(({ name }) => name);
  const equal = `${files.length - different.length} of ${plural(files.length, "file")} equal`;
  if (different.length === 0) return equal;
  const more = different.length - NAMED;
  const named = more > 0 ? [...different.slice(0, NAMED), `${more} more`] : different;
  return `${equal}; not ${list.format(named)}`;
}

/** How a digest begins, as the table shows it. */
export function digestWords(digest: string | null): string {
  return digest === null ? "none" : digest.slice(0, 12);
}
