import { Button, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { jobsQuery, prepareImages } from "@/api/jobs";
import type { Project } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { JobRow } from "@/components/JobRow";
import { Section } from "@/components/Section";

/** Ended jobs that stay in sight below the running ones. */
const RECENT = 4;

export function Jobs({ project }: { project: Project }) {
  const jobs = useQuery({ ...jobsQuery(project.id), refetchInterval: 15_000 });
  const live = (jobs.data ?? []).filter((job) => !job.finished_at);
  const ended = (jobs.data ?? []).filter((job) => job.finished_at).slice(0, RECENT);
  const { embedded, images } = project.counts;
  const isPreparing = live.some((job) => job.kind === "prepare_images");
  const isPrepareDue =
    project.role === "manager" && embedded > 0 && embedded < images && !isPreparing;

  return (
    <Section title="Background work" actions={isPrepareDue && <PrepareAgain project={project} />}>
      {jobs.error && <ErrorState error={jobs.error} onRetry={() => jobs.refetch()} />}
      {jobs.data && live.length + ended.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing runs. Imports, proposals, training and exports show their progress here.
        </Text>
      )}
      <Stack gap="sm" aria-live="polite">
        {[...live, ...ended].map((job) => (
          <JobRow
            key={job.id}
            job={job}
            project={project.id}
            withActions={project.role === "manager"}
          />
        ))}
      </Stack>
    </Section>
  );
}

function PrepareAgain({ project }: { project: Project }) {
  const queries = useQueryClient();
  const prepare = useMutation({
    mutationFn: () => prepareImages(project.id),
    onSuccess: () => queries.invalidateQueries(jobsQuery(project.id)),
  });
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={() => prepare.mutate()}
      loading={prepare.isPending}
    >
      Prepare images
    </Button>
  );
}
