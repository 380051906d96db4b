import { Alert, Button, Code, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { cancelRound, promoteRound, roundQuery, roundsQuery } from "@/api/rounds";
import type { Project, Round } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { JobRow } from "@/components/JobRow";
import { AnchorLink } from "@/components/links";
import { Section } from "@/components/Section";
import { HoldoutTable } from "./HoldoutTable";
import { LossCurve } from "./LossCurve";

const POLL_MS = 5000;

interface Props {
  row: Round;
  project: Project;
}

/** One round: whether it was promoted and why, how it trained, and how it did on the holdout. */
export function RoundDetail({ row, project }: Props) {
  const { data, error, refetch } = useQuery({
    ...roundQuery(row.id ?? 0),
    refetchInterval: ({ state }) => (state.data?.finished_at ? false : POLL_MS),
  });
  const round = { ...row, ...data };
  const isLive = !round.finished_at;

  return (
    <Section
      title={`Round ${round.number}`}
      description={<TrainedOn round={round} project={project.id} />}
      actions={
        isLive && project.role === "manager" && <CancelButton round={round} project={project} />
      }
    >
      <Stack gap="lg">
        {round.decision && <Decision round={round} project={project} />}
        {round.job && (isLive || round.job.error) && (
          <JobRow job={round.job} project={project.id} withActions={false} />
        )}
        {error ? (
          <ErrorState error={error} onRetry={() => refetch()} />
        ) : (
          <LossCurve curve={data?.curve} isLive={isLive} />
        )}
        <HoldoutTable metrics={round.metrics} isLive={isLive} />
      </Stack>
    </Section>
  );
}

function TrainedOn({ round, project }: { round: Round; project: number }) {
  if (!round.dataset_version) return "Freezing what is finished into a dataset version…";
  return (
    <>
      Trained on version{" "}
      <AnchorLink
        to="/projects/$projectId/versions"
        params={{ projectId: String(project) }}
        hash={round.dataset_version}
        inherit
        underline="always"
      >
        {round.dataset_version.slice(0, 8)}
      </AnchorLink>
      {round.bundle && (
        <>
          , made bundle <Code>{round.bundle.slice(0, 8)}</Code>
        </>
      )}
    </>
  );
}

function Decision({ round, project }: { round: Round; project: Project }) {
  const queries = useQueryClient();
  const serving = project.serving?.bundle ?? "";
  const promote = useMutation({
    mutationFn: () => promoteRound(round.id ?? 0, serving),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries(roundsQuery(project.id)),
        queries.invalidateQueries(roundQuery(round.id ?? 0)),
        queries.invalidateQueries({ queryKey: ["project", project.id] }),
      ]),
  });
  const mayPromote = round.state === "refused" && round.bundle && project.role === "manager";
  return (
    <Alert
      color={round.state === "promoted" ? "teal" : round.state === "failed" ? "red" : "orange"}
      p="sm"
    >
      <Text size="sm">{round.decision}</Text>
      {mayPromote && !round.metrics.candidate && (
        <Text size="sm" mt={2}>
          {project.counts.holdout === 0
            ? "This project has no holdout. Set its share in the settings before the next import, or promote by hand."
            : "Finish some of the holdout images before the next round, or promote by hand."}
        </Text>
      )}
      {mayPromote && (
        <Button
          size="compact-sm"
          variant="default"
          mt="xs"
          onClick={() => promote.mutate()}
          loading={promote.isPending}
        >
          Promote it all the same
        </Button>
      )}
    </Alert>
  );
}

function CancelButton({ round, project }: { round: Round; project: Project }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelRound(round.id ?? 0),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries(roundsQuery(project.id)),
        queries.invalidateQueries(roundQuery(round.id ?? 0)),
      ]),
  });
  const ask = () =>
    modals.openConfirmModal({
      title: `Cancel round ${round.number}?`,
      children: (
        <Text size="sm">
          The training stops at its next step and the serving model stays. What was learned so far
          is kept: run its job again on the overview page to go on.
        </Text>
      ),
      labels: { confirm: "Cancel the round", cancel: "Let it train" },
      onConfirm: () => cancel.mutate(),
    });
  return (
    <Button size="compact-sm" variant="default" onClick={ask} loading={cancel.isPending}>
      Cancel round
    </Button>
  );
}
