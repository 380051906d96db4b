import { Center, Container, Loader, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconConfetti } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { messageOf } from "@/api/problem";
import { projectQuery } from "@/api/projects";
import { sessionQuery } from "@/api/session";
import type { Project } from "@/api/types";
import { useProjectId } from "@/app/ProjectLayout";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { ButtonLink } from "@/components/links";
import { clickTimings } from "@/editor/timings";
import type { User } from "./open-image";
import { AnnotateSession } from "./session";
import { useSignal } from "./useSignal";
import { Workspace } from "./Workspace";

declare global {
  interface Window {
    /** For benches: how long clicks took to show their masks. */
    __anneal?: { timings: ReturnType<typeof clickTimings> };
  }
}

/** Work through the images of a project, one after another. */
export function AnnotatePage() {
  const project = useQuery(projectQuery(useProjectId()));
  const session = useQuery(sessionQuery);
  const user = session.data?.user;
  if (project.data === undefined || !user) return <Opening />;
  return <Annotating key={project.data.id} project={project.data} user={user} />;
}

function Annotating({ project, user }: { project: Project; user: User }) {
  const session = useAnnotateSession(project, user);
  return session === null ? <Opening /> : <Stages project={project} session={session} />;
}

/** One session for the life of the page; another image in the address opens that one. */
function useAnnotateSession(project: Project, user: User): AnnotateSession | null {
  const [session, setSession] = useState<AnnotateSession | null>(null);
  const { image } = useSearch({ from: "/inside/projects/$projectId/annotate" });
  const mayEditUnclaimed = project.role !== "annotator";

  useEffect(() => {
    const { id, username } = user;
    const made = new AnnotateSession({
      ...{ project: project.id, user: { id, username }, mayEditUnclaimed },
      onError: (error) =>
        notifications.show({ color: "orange", message: messageOf(error), autoClose: 6000 }),
    });
    window.__anneal = { timings: clickTimings() };
    setSession(made);
    return () => made.close();
  }, [project.id, user, mayEditUnclaimed]);

  useEffect(() => {
    void session?.open(image);
  }, [session, image]);
  return session;
}

function Stages({ project, session }: { project: Project; session: AnnotateSession }) {
  const phase = useSignal(session.phase);
  const isMoving = useSignal(session.isMoving);
  const queries = useQueryClient();
  const navigate = useNavigate();

  const onNext = useCallback(async () => {
    await session.next();
    void queries.invalidateQueries({ queryKey: projectQuery(project.id).queryKey });
    void queries.invalidateQueries({ queryKey: ["images"] });
  }, [session, queries, project.id]);

  switch (phase.kind) {
    case "loading":
      return <Opening />;
    case "ready":
      return (
        <Workspace
          key={phase.image.detail.get().id}
          {...{ project, isMoving, image: phase.image, notice: phase.notice }}
          onNext={() => void onNext()}
        />
      );
    case "empty":
      return <NothingLeft project={project} />;
    case "failed":
      return (
        <Container size="sm" py={96}>
          <ErrorState
            title="This image could not be opened"
            error={phase.error}
            onRetry={() => {
              void navigate({ to: ".", search: {} });
              void session.open();
            }}
          />
        </Container>
      );
  }
}

function NothingLeft({ project }: { project: Project }) {
  const params = { projectId: String(project.id) };
  const hasImages = project.counts.images > 0;
  return (
    <Container size="sm" py={96}>
      <Empty
        icon={<IconConfetti size={22} aria-hidden />}
        title={hasImages ? "Nothing is left to annotate" : "This project has no images yet"}
        description={
          hasImages
            ? "Every image is finished, or somebody is working on it."
            : project.role === "manager"
              ? "Import some, and they come here one after another."
              : "A manager imports them; then they come here one after another."
        }
      >
        <ButtonLink
          to={hasImages ? "/projects/$projectId/images" : "/projects/$projectId"}
          params={params}
        >
          {hasImages ? "All images" : project.role === "manager" ? "Import images" : "Overview"}
        </ButtonLink>
      </Empty>
    </Container>
  );
}

function Opening() {
  return (
    <Center h="calc(100dvh - 52px)">
      <Stack align="center" gap="sm">
        <Loader size="sm" />
        <Text size="sm" c="dimmed">
          Opening the image…
        </Text>
      </Stack>
    </Center>
  );
}
