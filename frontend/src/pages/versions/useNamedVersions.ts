import { useQueries } from "@tanstack/react-query";
import type { Project, Version } from "@/api/types";
import { versionQuery } from "@/api/versions";
import { withNamed } from "./diff/pair";

export const POLL_MS = 2000;

export const isBeingWritten = ({ exports }: Version) => exports.some(({ job }) => !job.finished_at);

/** The versions that were read and, asked for one by one, those of them that the address names. */
export function useNamedVersions(
  project: Project,
  read: readonly Version[],
  starts: readonly string[],
): Version[] {
  const missing = starts.filter((start) => !read.some(({ id }) => id.startsWith(start)));
  const named = useQueries({
    queries: missing.map((start) => ({
      ...versionQuery(project.id, start),
      refetchInterval: ({ state }: { state: { data: Version | undefined } }) =>
        state.data && isBeingWritten(state.data) ? POLL_MS : (false as const),
    })),
    combine: (found) => found.flatMap(({ data }) => data ?? []),
  });
  return withNamed(read, named);
}
