import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { cancelRound, roundQuery, roundsQuery } from "@/api/rounds";
import type { Part, Project, Round, RoundWithCurve } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { JobRow } from "@/components/JobRow";
import { AnchorLink } from "@/components/links";
import { Section } from "@/components/Section";
import { Promises } from "./accepting/Promises";
import { CaptionTable } from "./captions/CaptionTable";
import { partsWords } from "./captions/captionWords";
import { Examples } from "./Examples";
import { Failures } from "./Failures";
import { HoldoutTable } from "./HoldoutTable";
import { LossCurve } from "./LossCurve";
import { PromoteButton } from "./models/PromoteButton";
import { RoundCost } from "./RoundCost";
import { TryButton } from "./trial/TryButton";

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
  // One that failed or was cancelled may wait for a worker to take it up again.
  const isGoing = isLive || (round.job !== null && round.job.finished_at === null);
  const { id } = round;
  const objects = round.metrics.candidate?.objects;
  const isManager = project.role === "manager";
  const judged = isManager && id && objects ? { round: id, project: project.id, objects } : null;

  return (
    <Section
      title={`Round ${round.number}`}
      description={<TrainedOn round={round} project={project.id} />}
      actions={isGoing && isManager && <CancelButton round={round} project={project} />}
    >
      <Stack gap="lg">
        {round.decision && <Decision round={round} project={project} />}
        {isManager && !isLive && <RoundCost round={round} project={project} />}
        {round.job && (isGoing || round.job.error) && (
          <JobRow job={round.job} project={project.id} withActions={false} />
        )}
        {error ? <ErrorState error={error} onRetry={() => refetch()} /> : <Curves round={round} />}
        {trains("masks", round) && (
          <HoldoutTable
            round={round.id ?? 0}
            metrics={round.metrics}
            isLive={isLive}
            agreement={project.holdout_agreement}
          />
        )}
        <Promises round={round.id ?? 0} metrics={round.metrics} />
        {judged && (
          <>
            <Examples {...judged} />
            <Failures {...judged} />
          </>
        )}
        <CaptionTable round={round.id ?? 0} metrics={round.metrics} />
      </Stack>
    </Section>
  );
}

function trains(part: Part, { parts }: Pick<Round, "parts">): boolean {
  return parts.includes(part);
}

/** How the loss of each trained part fell. */
function Curves({ round }: { round: Round & Partial<RoundWithCurve> }) {
  const isLive = !round.finished_at;
  const isBoth = round.parts.length > 1;
  return (
    <>
      {trains("masks", round) && (
        <LossCurve
          round={round.id ?? 0}
          title={isBoth ? "Loss of masks" : "Loss"}
          curve={round.curve}
          isLive={isLive}
        />
      )}
      {trains("captions", round) && (
        <LossCurve
          round={round.id ?? 0}
          title={isBoth ? "Loss of descriptions" : "Loss"}
          curve={round.caption_curve}
          isLive={isLive}
        />
      )}
    </>
  );
}

function TrainedOn({ round, project }: { round: Round; project: number }) {
  if (!round.dataset_version) return "Freezing what is finished into a dataset version…";
  return (
    <>
      {round.finished_at ? "Trained" : "Trains"} {partsWords(round.parts)} on version{" "}
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
  const isManagers = round.bundle && project.role === "manager";
  const mayPromote = isManagers && round.state === "refused";
  const mayTry =
    isManagers &&
    ["refused", "promoted"].includes(round.state) &&
    trains("masks", round) &&
    round.masks_bundle !== project.serving?.bundle;
  return (
    <Alert
      color={round.state === "promoted" ? "teal" : round.state === "failed" ? "red" : "orange"}
      p="sm"
    >
      <Text size="sm">{round.decision}</Text>
      {mayPromote && trains("masks", round) && !round.metrics.candidate && (
        <Text size="sm" mt={2}>
          {project.counts.holdout === 0
            ? "This project has no holdout. Set its share in the settings before the next import, or promote by hand."
            : "Finish some of the holdout images before the next round, or promote by hand."}
        </Text>
      )}
      {mayPromote && trains("captions", round) && !round.metrics.captions?.candidate && (
        <Text size="sm" mt={2}>
          Describe some of the holdout images before the next round, or promote by hand.
        </Text>
      )}
      {(mayPromote || mayTry) && (
        <Group gap="xs" mt="xs">
          {mayPromote && (
            <PromoteButton
              project={project}
              model={{ bundle: round.bundle ?? "", round: round.number, is_in_part: false }}
            >
              Promote it all the same
            </PromoteButton>
          )}
          {mayTry && <TryButton round={round} project={project} />}
        </Group>
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
    <Button
      size="compact-sm"
      variant="default"
      onClick={ask}
      loading={cancel.isPending}
      disabled={round.job?.cancel_requested}
    >
      Cancel round
    </Button>
  );
}
