import { Button, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { jobsQuery, prepareImages } from "@/api/jobs";
import { rowsOf } from "@/api/pages";
import type { Job, Project } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { JobRow } from "@/components/JobRow";
import { Section } from "@/components/Section";
import { ShowMore } from "@/components/ShowMore";

/** Ended jobs that stay in sight below the running ones, and how many more come on demand. */
const RECENT = 4;
const MORE = 20;

export function Jobs({ project }: { project: Project }) {
  const jobs = useInfiniteQuery({ ...jobsQuery(project.id), refetchInterval: 15_000 });
  const [most, setMost] = useState(RECENT); // ended ones
  const known = rowsOf(jobs.data);
  const live = known.filter((job) => !job.finished_at);
  const ended = known.filter((job) => job.finished_at);
  const row = (job: Job) => (
    <JobRow key={job.id} job={job} project={project.id} withActions={project.role === "manager"} />
  );
  const showMore = () => {
    setMost(most + MORE);
    if (ended.length < most + MORE && jobs.hasNextPage) void jobs.fetchNextPage();
  };
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
        {[...live, ...ended.slice(0, RECENT)].map(row)}
      </Stack>
      {most > RECENT && (
        <Stack gap="sm" mt="sm">
          {ended.slice(RECENT, most).map(row)}
        </Stack>
      )}
      <ShowMore
        isCompact
        query={{
          hasNextPage: jobs.hasNextPage || ended.length > most,
          isFetchingNextPage: jobs.isFetchingNextPage,
          fetchNextPage: showMore,
        }}
      />
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
