import { Button, Center, Container, Loader, Progress, Text } from "@mantine/core";
import { IconConfetti } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { projectQuery } from "@/api/projects";
import { queueCountsQuery } from "@/api/queues";
import { sessionQuery } from "@/api/session";
import type { Project } from "@/api/types";
import { useProjectId } from "@/app/ProjectLayout";
import { useOffer } from "@/commands/useOffer";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { formatCount, plural } from "@/components/format";
import { ButtonLink } from "@/components/links";
import { useSignal } from "@/components/useSignal";
import { definitionsOf } from "@/editor/attributes";
import { SaveIndicator } from "@/pages/annotate/SaveIndicator";
import { useNextLabel } from "@/pages/annotate/useNextLabel";
import { Grid } from "./Grid";
import { OneByOne } from "./OneByOne";
import { useVerifySession, type Verifying } from "./useVerifySession";
import classes from "./VerifyPage.module.css";
import { ViewSwitch } from "./ViewSwitch";
import { undoCommand } from "./verify-commands";

/** Go through the model's proposals: one after another, or a label's crops at once. */
export function VerifyPage() {
  const project = useQuery(projectQuery(useProjectId()));
  const session = useQuery(sessionQuery);
  const user = session.data?.user;
  if (project.data === undefined || !user) return <Opening />;
  return <Begun project={project.data} user={user.id} />;
}

function Begun({ project, user }: { project: Project; user: number }) {
  const { label } = useSearch({ from: "/inside/projects/$projectId/verify" });
  const narrowing = label === "none" ? null : label;
  const verifying = useVerifySession(project.id, user, narrowing);
  return verifying === null ? <Opening /> : <Page {...{ project, verifying }} />;
}

function Page({ project, verifying }: { project: Project; verifying: Verifying }) {
  const { session, pictures } = verifying;
  const { view } = useSearch({ from: "/inside/projects/$projectId/verify" });
  const phase = useSignal(session.phase);
  const ahead = useSignal(session.ahead);
  const labels = useMemo(() => project.labels.filter(({ deleted }) => !deleted), [project.labels]);
  const queries = useQueryClient();

  useNextLabel(session.label, { project: project.id, image: null }, labels);

  useOffer(useMemo(() => ({ commands: [undoCommand(session)] }), [session]));

  useEffect(() => session.attributes.definitions.set(definitionsOf(labels)), [session, labels]);

  useEffect(() => {
    const images = new Map(ahead.map(({ image }) => [image.id, image]));
    pictures.prefetch([...images.values()]);
  }, [pictures, ahead]);

  useEffect(() => {
    if (phase.kind === "empty") void queries.invalidateQueries(queueCountsQuery(project.id));
  }, [phase, queries, project.id]);

  return (
    <div className={classes.page}>
      <header className={classes.top}>
        <Text size="sm" fw={600}>
          Verify
        </Text>
        <ProgressOf verifying={verifying} />
        <SaveIndicator saving={{ status: session.status, outbox: session }} image={null} />
        <ViewSwitch labels={labels} />
      </header>
      {phase.kind === "loading" && <Opening />}
      {phase.kind === "empty" && <NothingLeft project={project} verifying={verifying} />}
      {phase.kind === "failed" && (
        <Container size="sm" py={96}>
          <ErrorState
            title="The proposals could not be fetched"
            error={phase.error}
            onRetry={() => void session.refill()}
          />
        </Container>
      )}
      {phase.kind === "ready" &&
        (view === "grid" ? (
          <Grid {...{ verifying, labels }} />
        ) : (
          <OneByOne {...{ verifying, labels }} />
        ))}
    </div>
  );
}

function ProgressOf({ verifying: { session } }: { verifying: Verifying }) {
  const done = useSignal(session.done);
  const left = useSignal(session.left);
  const share = done + left === 0 ? 0 : (100 * done) / (done + left);
  return (
    <>
      <Progress value={share} w={140} size="sm" aria-label="Proposals verified" />
      <Text size="xs" c="dimmed" className="tabular" data-left={left} data-done={done}>
        {formatCount(done)} done, {formatCount(left)} to go
      </Text>
    </>
  );
}

function NothingLeft({ project, verifying }: { project: Project; verifying: Verifying }) {
  const { data: counts } = useQuery(queueCountsQuery(project.id));
  const { session } = verifying;
  const params = { projectId: String(project.id) };
  return (
    <Container size="sm" py={96}>
      <Empty
        icon={<IconConfetti size={22} aria-hidden />}
        title="Nothing is left to verify"
        description="Every proposal has its verdict, or somebody else is going through them."
      >
        {counts !== undefined && counts.complete > 0 && (
          <ButtonLink
            to="/projects/$projectId/annotate"
            {...{ params }}
            search={{ queue: "complete" }}
          >
            Complete {plural(counts.complete, "image")}
          </ButtonLink>
        )}
        {counts !== undefined && counts.correct > 0 && (
          <ButtonLink
            to="/projects/$projectId/annotate"
            {...{ params }}
            search={{ queue: "correct" }}
            variant="default"
          >
            Correct {plural(counts.correct, "image")}
          </ButtonLink>
        )}
        <Button variant="subtle" onClick={() => void session.refill()}>
          Look again
        </Button>
        {session.canUndo && (
          <Button variant="subtle" onClick={() => session.undo()}>
            Undo the last verdict
          </Button>
        )}
      </Empty>
    </Container>
  );
}

function Opening() {
  return (
    <Center h="50dvh">
      <Loader size="sm" aria-label="Fetching proposals" />
    </Center>
  );
}
