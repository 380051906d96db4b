import { Container, Grid, Skeleton, Stack } from "@mantine/core";
import { IconTrendingUp } from "@tabler/icons-react";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { projectQuery } from "@/api/projects";
import { roundsQuery, trialQuery } from "@/api/rounds";
import type { Project, Round } from "@/api/types";
import { useProjectId } from "@/app/ProjectLayout";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { plural } from "@/components/format";
import { ButtonLink } from "@/components/links";
import { PageHeader } from "@/components/PageHeader";
import { AcceptedByModel } from "./accepting/AcceptedByModel";
import { CostChart } from "./CostChart";
import { CaptionEffort } from "./captions/CaptionEffort";
import { EffortChart } from "./EffortChart";
import { MaskEffort } from "./effort/MaskEffort";
import { HoldoutChart } from "./HoldoutChart";
import { Models } from "./models/Models";
import { NewImages } from "./NewImages";
import { ProposingNote } from "./ProposingNote";
import { RetrainButton } from "./RetrainButton";
import { RetrainPolicy } from "./RetrainPolicy";
import { RollBackButton } from "./RollBackButton";
import { RoundDetail } from "./RoundDetail";
import { RoundsTable } from "./RoundsTable";
import { ServedHistory } from "./ServedHistory";
import { TrialSection } from "./trial/TrialSection";

export function RoundsPage() {
  const id = useProjectId();
  const { data: project } = useSuspenseQuery(projectQuery(id));
  const rounds = useQuery({ ...roundsQuery(id), refetchInterval: 20_000 });
  const navigate = useNavigate({ from: "/projects/$projectId/rounds" });
  const search = useSearch({ from: "/inside/projects/$projectId/rounds" });
  const trained = (rounds.data ?? []).filter((round) => round.id !== null);
  const selected = trained.find((round) => round.number === search.round) ?? trained[0];
  const isManager = project.role === "manager";
  const { data: trial } = useQuery({
    ...trialQuery(id),
    enabled: isManager,
    refetchInterval: 20_000,
  });
  const tried = trained.find(({ number }) => number === trial?.round);
  const isRunning = trained.some((round) => !round.finished_at);
  const learnMasks = trained.some(({ parts }) => parts.includes("masks"));

  return (
    <Container size={1240} px="md" py="xl">
      <PageHeader
        title="Rounds"
        description="Each round trains on everything that is finished and is judged on the blind holdout."
      >
        {isManager && project.serving && trained.some((round) => round.state === "promoted") && (
          <RollBackButton project={project} />
        )}
        {isManager && <RetrainButton project={project} disabled={isRunning} />}
      </PageHeader>
      {rounds.isPending && <Skeleton height={110} radius="lg" />}
      {rounds.error && <ErrorState error={rounds.error} onRetry={() => rounds.refetch()} />}
      {rounds.data && (
        <Stack gap="lg">
          {isManager && trained.length > 0 && <EffortChart rounds={rounds.data} project={id} />}
          <ByRound rounds={rounds.data} project={id} tellsCost={isManager && trained.length > 0} />
          {rounds.data.length > 0 && (
            <RoundsTable
              project={id}
              rounds={rounds.data}
              serving={project.serving}
              proposing={isManager && <ProposingNote project={id} />}
              selected={selected?.number ?? null}
              onSelect={(round) =>
                navigate({ search: (old) => ({ ...old, round }), resetScroll: false })
              }
            />
          )}
          {isManager && <Models project={project} />}
          {trial && tried && (trial.ended_at === null || tried === selected) && (
            <TrialSection trial={trial} project={project} />
          )}
          {isManager && <MaskEffort project={project} />}
          <CaptionEffort rounds={rounds.data} project={id} />
          <AcceptedByModel project={project} />
          <Grid gap="lg">
            <Grid.Col span={{ base: 12, md: 8 }}>
              {selected?.id ? (
                <RoundDetail key={selected.id} row={selected} project={project} />
              ) : (
                <NoRound project={project} />
              )}
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 4 }}>
              <Stack gap="lg">
                {isManager && <RetrainPolicy project={project} />}
                {isManager && learnMasks && <NewImages project={id} />}
                <ServedHistory project={project.id} />
              </Stack>
            </Grid.Col>
          </Grid>
        </Stack>
      )}
    </Container>
  );
}

/** What the rounds made, and what they took: beside each other. */
function ByRound(props: { rounds: Round[]; project: number; tellsCost: boolean }) {
  const { rounds, project, tellsCost } = props;
  const learnMasks = rounds.some(({ parts }) => parts.includes("masks"));
  if (!learnMasks && !tellsCost) return null;
  return (
    <Grid gap="lg">
      {learnMasks && (
        <Grid.Col span={{ base: 12, md: tellsCost ? 8 : 12 }}>
          <HoldoutChart rounds={rounds} project={project} />
        </Grid.Col>
      )}
      {tellsCost && (
        <Grid.Col span={{ base: 12, md: 4 }}>
          <CostChart rounds={rounds} project={project} />
        </Grid.Col>
      )}
    </Grid>
  );
}

function NoRound({ project }: { project: Project }) {
  const isWaiting = project.finished_since_round > 0;
  return (
    <Empty
      icon={<IconTrendingUp aria-hidden />}
      title="No round yet"
      description={
        isWaiting
          ? `${plural(project.finished_since_round, "finished image")} to learn from. ${project.role === "manager" ? "Retrain, and the next proposals follow what people did." : "A manager starts the round."}`
          : "Finish some images first; a round then learns from them."
      }
    >
      {!isWaiting && (
        <ButtonLink
          to="/projects/$projectId/annotate"
          params={{ projectId: String(project.id) }}
          variant="default"
        >
          Annotate
        </ButtonLink>
      )}
    </Empty>
  );
}
