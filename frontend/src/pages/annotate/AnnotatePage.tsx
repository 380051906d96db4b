import { Center, Container, Loader, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { projectQuery } from "@/api/projects";
import { sessionQuery } from "@/api/session";
import type { Project } from "@/api/types";
import { useProjectId } from "@/app/ProjectLayout";
import { useOffer } from "@/commands/useOffer";
import { ErrorState } from "@/components/ErrorState";
import { plural } from "@/components/format";
import { tellOnce } from "@/components/tellOnce";
import { showUndo } from "@/components/undo";
import { useSignal } from "@/components/useSignal";
import { maskToRLE } from "@/editor/mask";
import type { MaskRow } from "@/editor/operations";
import { pendingProposals } from "@/editor/picking";
import type { RLE } from "@/editor/rle";
import { afterPaint } from "@/editor/schedule";
import { clickTimings } from "@/editor/timings";
import { nameImage } from "./address";
import type { Verdict } from "./api";
import { askForStored } from "./before-leaving";
import { finishes, isLeftUnmarked } from "./empty";
import { FinishEmpty } from "./FinishEmpty";
import { NothingLeft } from "./NothingLeft";
import type { OpenImage, User } from "./open-image";
import { AnnotateSession, type Phase } from "./session";
import { stockCommand } from "./stock/keep-next";
import { useReturnedNews } from "./useReturnedNews";
import { useUnendedNews } from "./useUnendedNews";
import { useUnstoredGuard } from "./useUnstoredGuard";
import { Workspace } from "./Workspace";

declare global {
  interface Window {
    /** For benches and tests: how long clicks took to show their masks, and what is seen. */
    __anneal?: {
      timings: ReturnType<typeof clickTimings>;
      /** Null while no image is open. */
      masks(): readonly MaskRow[] | null;
      /** What the model has answered to the prompts of one object; null without prompts. */
      draft(): RLE | null;
    };
  }
}

const EDITOR = "/projects/$projectId/annotate";

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
  return session === null ? <Opening /> : <Stages {...{ project, user, session }} />;
}

/** One session for the life of the page; another image in the address opens that one. */
function useAnnotateSession(project: Project, user: User): AnnotateSession | null {
  const [session, setSession] = useState<AnnotateSession | null>(null);
  const { image, queue = null } = useSearch({ from: "/inside/projects/$projectId/annotate" });
  const mayEditUnclaimed = project.role !== "annotator";
  const onUnended = useUnendedNews();

  useEffect(() => {
    const { id, username } = user;
    const made = new AnnotateSession({
      ...{ project: project.id, user: { id, username }, queue, mayEditUnclaimed },
      onError: tellOnce,
      onUnended: (ending, why) => onUnended(ending, why, made),
    });
    window.__anneal = {
      timings: clickTimings(),
      masks: () => masksOn(made.image),
      draft: () => draftOn(made.image),
    };
    const stopNaming = made.phase.subscribe(() => nameOpened(made.phase.get()));
    setSession(made);
    return () => {
      stopNaming();
      made.close();
    };
  }, [project.id, user, queue, mayEditUnclaimed, onUnended]);

  useEffect(() => {
    void session?.open(image);
  }, [session, image]);

  useUnstoredGuard(() => {
    if (session?.image) askForStored(session.image);
  });

  const serving = project.serving?.bundle;
  const served = useRef(serving);
  useEffect(() => {
    if (served.current !== serving) session?.forgetAhead();
    served.current = serving;
  }, [session, serving]);
  return session;
}

function nameOpened(phase: Phase): void {
  if (phase.kind === "ready") nameImage(phase.image.detail.get().id);
  if (phase.kind === "empty") nameImage(null);
}

function masksOn(image: OpenImage | null): readonly MaskRow[] | null {
  if (image === null) return null;
  return [...image.editor.annotations.get().masks.values()].filter(({ isDeleted }) => !isDeleted);
}

function draftOn(image: OpenImage | null): RLE | null {
  const mask = image?.editor.draft.mask ?? null;
  return mask && maskToRLE(mask);
}

interface StagesProps {
  project: Project;
  user: User;
  session: AnnotateSession;
}

function Stages({ project, user, session }: StagesProps) {
  const phase = useSignal(session.phase);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { image, queue } = useSearch({ from: "/inside/projects/$projectId/annotate" });
  const projectId = String(project.id);

  const openReturned = useCallback(
    (returned: number) => {
      // In the queue of reviews, the place that one is given at an image is to review it.
      if (queue !== "review" && !session.isClosed) void session.goTo(returned);
      else void navigate({ to: EDITOR, params: { projectId }, search: { image: returned } });
    },
    [session, navigate, queue, projectId],
  );
  useReturnedNews(project, session, openReturned);

  useOffer(
    useMemo(() => {
      const whose = { user: user.id, project: project.id, queue };
      return { commands: [stockCommand(whose)] };
    }, [user.id, project.id, queue]),
  );

  const hasPrevious = useCallback(() => session.hasPrevious, [session]);
  const onPrevious = useCallback(() => void session.previous(), [session]);
  const settle = useCallback(
    async (done: Promise<void>) => {
      await done;
      const project_key = projectQuery(project.id).queryKey;
      afterPaint(() => {
        for (const queryKey of [project_key, ["images"], ["queues"], ["review-notes"]]) {
          void queries.invalidateQueries({ queryKey });
        }
      });
    },
    [queries, project.id],
  );
  const onTakeBack = useCallback(
    (image: OpenImage) => settle(session.takeBackVerdict(image.detail.get().id)),
    [settle, session],
  );
  const [asked, setAsked] = useState<OpenImage | null>(null); // whether to finish it as empty
  const finish = useCallback(() => {
    setAsked(null);
    const left = session.image;
    const done = session.next().then((given) => {
      if (left === null) return;
      if (given !== null) tellVerdict(left, given, onTakeBack);
      else if (session.image !== null && session.image !== left) {
        tellUndecided(left, () => session.previous());
      }
    });
    void settle(done);
  }, [settle, session, onTakeBack]);
  const onNext = useCallback(() => {
    const open = session.image;
    const asks = open !== null && !session.isMoving.get() && finishes(queue);
    if (asks && wouldBeEmpty(open)) setAsked(open);
    else finish();
  }, [finish, session, queue]);
  const onKeep = useCallback(() => setAsked(null), []);
  const onReopen = useCallback(() => void settle(session.reopen()), [settle, session]);
  const onGiveBack = useCallback(async () => {
    const left = session.image?.detail.get();
    if (left === undefined || !(await session.giveBack())) return;
    const params = { projectId };
    await navigate({ to: "/projects/$projectId", params });
    const search = { image: left.id, queue };
    const takeAgain = () => navigate({ to: EDITOR, params, search });
    const said = `${left.file_name} was given back: others may take it now.`;
    showUndo(said, takeAgain, { way: "Take it again" });
  }, [session, navigate, projectId, queue]);
  const onVerdict = useCallback(
    (verdict: Verdict, comment: string) => {
      const judged = session.image;
      const done = session.review(verdict, comment).then((given) => {
        if (judged !== null && given !== null) tellVerdict(judged, given, onTakeBack);
      });
      void settle(done);
    },
    [settle, session, onTakeBack],
  );

  switch (phase.kind) {
    case "loading":
      return <Opening />;
    case "ready":
      return (
        <>
          <Workspace
            {...{ project, image: phase.image, notice: phase.notice }}
            isMoving={session.isMoving}
            {...{ hasPrevious, onNext, onPrevious, onGiveBack, onReopen, onVerdict, onTakeBack }}
          />
          <FinishEmpty
            opened={asked === phase.image}
            undecided={asked === null ? 0 : undecidedOn(asked)}
            {...{ onKeep, onFinish: finish }}
          />
        </>
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
              // Without the image in the address, another is opened.
              if (image === undefined) void session.open();
              else void navigate({ to: ".", search: ({ queue }) => ({ queue }) });
            }}
          />
        </Container>
      );
  }
}

const undecidedOn = ({ editor }: OpenImage): number =>
  pendingProposals(editor.annotations.get()).length;

/** What is half done is asked about in another way. */
function wouldBeEmpty({ editor, isOwn }: OpenImage): boolean {
  const isUnderWay = editor.draft.state.get() !== null || editor.tool.get().isBusy;
  return isOwn && !isUnderWay && isLeftUnmarked(editor.annotations.get());
}

/** One key ends an image: who leaves proposals in it hears of them, and can go back. */
function tellUndecided(left: OpenImage, goBack: () => Promise<void>): void {
  const count = undecidedOn(left);
  if (count === 0) return;
  const said = `${left.detail.get().file_name} is done, with ${plural(count, "proposal")} undecided.`;
  afterPaint(() => showUndo(said, goBack, { way: "Go back" }));
}

type TakeBack = (image: OpenImage) => Promise<void>;

/** One key judges an image: who pressed it by mistake can go back. */
function tellVerdict(image: OpenImage, verdict: Verdict, onTakeBack: TakeBack): void {
  const said = verdict === "reviewed" ? "is approved" : "goes back to its annotator";
  const { file_name } = image.detail.get();
  afterPaint(() => showUndo(`${file_name} ${said}.`, () => onTakeBack(image)));
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
