import { ActionIcon, Group, Progress, Stack, Text, Tooltip } from "@mantine/core";
import { IconRefresh, IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { cancelJob, jobsQuery, retryJob } from "@/api/jobs";
import type { Job } from "@/api/types";
import { versionsQuery } from "@/api/versions";
import { formatAgo, formatCount } from "./format";
import { jobPhase, jobTitle, jobYield } from "./jobWords";
import { usePace } from "./pace";
import { StatusBadge } from "./StatusBadge";

interface Props {
  job: Job;
  project: number;
  /** False where the page has its own way to stop the job, or the person may not. */
  withActions?: boolean;
}

/** One job: what it does, how far it is, and the way to stop or repeat it. */
export function JobRow({ job, project, withActions = true }: Props) {
  const isLive = !job.finished_at;
  const pace = usePace(job);
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Group gap="xs" wrap="nowrap" miw={0}>
          <Text size="sm" fw={550} truncate>
            {jobTitle(job.kind)}
          </Text>
          <StatusBadge status={job.stalled ? "stalled" : job.state} />
        </Group>
        <Group gap={4} wrap="nowrap">
          <Text size="xs" c="dimmed" className="tabular">
            {isLive ? progressOf(job) : outcomeOf(job)}
          </Text>
          {withActions && <JobActions job={job} project={project} />}
        </Group>
      </Group>
      {isLive && (
        <Progress
          size={5}
          value={shareOf(job)}
          animated={job.state === "running" && job.progress_total === 0}
          color={job.stalled ? "orange" : undefined}
          aria-label={`Progress of ${jobTitle(job.kind)}`}
        />
      )}
      {(job.error || isLive) && (
        <Text size="xs" c={job.error ? "var(--mantine-color-error)" : "dimmed"} lineClamp={3}>
          {job.error || phaseOf(job, pace)}
        </Text>
      )}
    </Stack>
  );
}

/** Percent done; a running job that does not count its steps fills the bar and moves. */
function shareOf(job: Job): number {
  if (job.progress_total > 0) return (100 * job.progress_done) / job.progress_total;
  return job.state === "running" ? 100 : 0;
}

function progressOf(job: Job): string {
  if (job.progress_total === 0) return "";
  return `${formatCount(job.progress_done)} of ${formatCount(job.progress_total)}`;
}

/** Trainings say by themselves what is left. */
function phaseOf(job: Job, pace: string): string {
  const phase = jobPhase(job);
  const isPaced = pace && !job.cancel_requested && !phase.endsWith(" left");
  return isPaced ? `${phase} · ${pace}` : phase;
}

function outcomeOf(job: Job): string {
  const ago = formatAgo(job.finished_at ?? job.created_at);
  return [jobYield(job), ago].filter(Boolean).join(" · ");
}

function JobActions({ job, project }: { job: Job; project: number }) {
  const queries = useQueryClient();
  const onSuccess = () =>
    Promise.all([
      queries.invalidateQueries(jobsQuery(project)),
      queries.invalidateQueries(versionsQuery(project)), // their exports and cuts have jobs
    ]);
  const cancel = useMutation({ mutationFn: () => cancelJob(job.id), onSuccess });
  const retry = useMutation({ mutationFn: () => retryJob(job.id), onSuccess });
  const title = jobTitle(job.kind);

  if (!job.finished_at)
    return (
      <Tooltip label="Cancel">
        <ActionIcon
          size="sm"
          aria-label={`Cancel: ${title}`}
          onClick={() => cancel.mutate()}
          loading={cancel.isPending}
          disabled={job.cancel_requested}
        >
          <IconX size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    );
  if (job.state === "succeeded") return null;
  return (
    <Tooltip label="Run again">
      <ActionIcon
        size="sm"
        aria-label={`Run again: ${title}`}
        onClick={() => retry.mutate()}
        loading={retry.isPending}
      >
        <IconRefresh size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
