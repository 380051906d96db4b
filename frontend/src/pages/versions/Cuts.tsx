import { Card, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { rowsOf } from "@/api/pages";
import type { Project, VersionCut } from "@/api/types";
import { versionCutsQuery, versionsQuery } from "@/api/versions";
import { JobRow } from "@/components/JobRow";
import { cutsToShow, endedOf, endedSince, endWords } from "./cutWords";

const POLL_MS = 1000;

/** Versions on their way, and those that came to nothing since the last one that was cut. */
export function Cuts({ project }: { project: Project }) {
  const cuts = useQuery({
    ...versionCutsQuery(project.id),
    refetchInterval: ({ state }) =>
      state.data?.some(({ job }) => !job.finished_at) ? POLL_MS : false,
  });
  useEndings(project, cuts.data);
  const shown = cutsToShow(cuts.data ?? []);
  if (shown.length === 0) return null;
  return (
    <Card component="section" aria-label="Versions being cut">
      <Stack gap="sm">
        {shown.map(({ id, job }) => (
          <JobRow
            key={id}
            job={job}
            project={project.id}
            withActions={project.role === "manager"}
          />
        ))}
      </Stack>
    </Card>
  );
}

/** Tell what became of each cut that ended while this page was open. */
function useEndings(project: Project, cuts: readonly VersionCut[] | undefined): void {
  const queries = useQueryClient();
  const known = useRef<ReadonlySet<string>>(undefined);
  useEffect(() => {
    if (!cuts) return;
    const ended = endedSince(known.current, cuts);
    known.current = new Set(endedOf(cuts).map(({ id }) => id));
    for (const cut of ended) void told(cut);

    async function told(cut: VersionCut): Promise<void> {
      await queries.refetchQueries({ ...versionsQuery(project.id), exact: true });
      const known = queries.getQueryData(versionsQuery(project.id).queryKey);
      const message = endWords(cut, rowsOf(known));
      if (message) notifications.show({ color: "teal", message });
    }
  }, [cuts, queries, project.id]);
}
