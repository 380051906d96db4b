import { Badge, Group, Skeleton, Stack, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { descriptionsQuery } from "@/api/descriptions";
import { imageQuery } from "@/api/images";
import { sessionQuery } from "@/api/session";
import { useProjectId } from "@/app/ProjectLayout";
import { ErrorState } from "@/components/ErrorState";
import { ButtonLink, IconLink } from "@/components/links";
import { useCanvas } from "@/components/useCanvas";
import { Replay } from "@/recorder/replay";
import { resume } from "@/recorder/service";
import { CaptionPanel } from "./CaptionPanel";
import classes from "./DescribePage.module.css";
import { GroundingOfImage } from "./grounding/GroundingContext";
import { Unmentioned } from "./grounding/Unmentioned";
import { WordsAndMasks } from "./grounding/WordsAndMasks";
import { dropOldWriting, keepDraft, keptDraft } from "./kept-writing";
import { NamelessTakes } from "./NamelessTakes";
import { NextImage } from "./NextImage";
import { Picture } from "./picture/Picture";
import { ProposalCard } from "./proposal/ProposalCard";
import { useOffered } from "./proposal/useOffered";
import { RecordPanel } from "./RecordPanel";
import { RemovedTakes } from "./RemovedTakes";
import { AlreadySaid } from "./said/AlreadySaid";
import { MergedDescription } from "./said/MergedDescription";
import { saidByOthers } from "./said/said";
import { RefusedTakes, tellCutOff } from "./sending";
import { TakePanel } from "./TakePanel";
import { useDescribingSeconds } from "./useDescribingSeconds";
import { useRecorder } from "./useRecorder";
import { type Edited, NOTHING_WRITTEN, unsavedOf, type Written, withoutSaved } from "./written";

const POLL_MS = 3000;

export function DescribePage() {
  const { imageId } = useParams({ from: "/inside/projects/$projectId/images/$imageId/describe" });
  const id = Number(imageId);
  return (
    <GroundingOfImage key={imageId} image={id}>
      <Describe id={id} />
    </GroundingOfImage>
  );
}

function Describe({ id }: { id: number }) {
  useCanvas("describe");
  const project = useProjectId();
  const params = { projectId: String(project) };
  const { data: image } = useSuspenseQuery(imageQuery(id));
  const descriptions = useQuery({
    ...descriptionsQuery(id),
    refetchInterval: ({ state }) =>
      state.data?.recordings.some((each) => each.state === "transcribing") ? POLL_MS : false,
  });
  const recorder = useRecorder(id);
  const [replay] = useState(() => new Replay());
  // What is said of one mask is its caption's business, and describes no image.
  const newest = descriptions.data?.recordings.find(({ mask }) => mask === null);
  const me = useQuery(sessionQuery).data?.user?.username ?? "";
  // Somebody else has described the image: only what they left out is asked for.
  const said = me === "" ? [] : saidByOthers(descriptions.data?.said ?? [], me);
  const isShared = said.length > 0;
  const [inHand, setInHand] = useState<string | null>(null);
  const isLive = recorder.state === "recording" || recorder.state === "paused";
  const clock = useDescribingSeconds(recorder.state === "recording");
  const { proposal, dismiss } = useOffered(
    descriptions.data?.proposal,
    descriptions.isFetchedAfterMount || !descriptions.isStale,
  );
  const [left] = useState(() => keptDraft(id));
  const [draft, setDraft] = useState(left);
  useEffect(() => keepDraft(id, draft), [id, draft]);
  const unsaved = unsavedOf(draft);
  // Kept at once, too: what is saved may be answered once the page is left.
  const write = (written: Written) => {
    keepDraft(id, { written, edited: null });
    setDraft({ written, edited: null });
  };
  const edit = useCallback((edited: Edited | null) => setDraft((now) => ({ ...now, edited })), []);
  const forget = (saved: string) => {
    keepDraft(id, withoutSaved(keptDraft(id), saved));
    setDraft((now) => withoutSaved(now, saved));
  };
  const isOffered = proposal !== null && !isLive && !isShared && draft.written.text === null;
  // On top while it is the thing to do; below the texts once they are.
  const isWritten = !isShared && Boolean(descriptions.data?.captions.length);
  const isRecordingFirst = isLive || !(newest || isWritten || descriptions.isPending);

  useEffect(() => {
    if (isLive) replay.hush();
  }, [isLive, replay]);

  useEffect(() => {
    dropOldWriting();
    void resume().then((takes) => takes.forEach(tellCutOff));
  }, []);

  return (
    <div className={classes.page}>
      <div className={classes.stage}>
        <Group className={classes.bar} gap="xs" wrap="nowrap">
          <IconLink to="/projects/$projectId/images" params={params} aria-label="All images">
            <IconArrowLeft size={18} aria-hidden />
          </IconLink>
          <Title order={1} size="sm" className={classes.name} title={image.file_name}>
            {image.file_name}
          </Title>
          {image.is_holdout && <Badge color="grape">Holdout</Badge>}
          <ButtonLink
            to="/projects/$projectId/annotate"
            params={params}
            search={{ image: id }}
            variant="default"
            size="compact-sm"
            ml="auto"
          >
            Annotate masks
          </ButtonLink>
          <NextImage project={project} image={id} />
        </Group>
        <Picture
          image={image}
          take={recorder.take}
          isRecording={recorder.state === "recording"}
          replay={replay}
        />
      </div>
      <Stack className={classes.side} gap="md" component="aside" aria-label="Description">
        <RefusedTakes />
        <NamelessTakes />
        {isShared && <AlreadySaid said={said} me={me} />}
        {isOffered && (
          <ProposalCard
            {...{ proposal, image, clock }}
            edited={draft.edited}
            onEdit={edit}
            onSaved={forget}
            onDismiss={dismiss}
          />
        )}
        {isRecordingFirst && <Unmentioned image={image} />}
        {isRecordingFirst && (
          <RecordPanel recorder={recorder} image={id} isFirst={!newest} isInstead={isOffered} />
        )}
        {descriptions.isPending && <Skeleton height={160} radius="lg" />}
        {descriptions.error && (
          <ErrorState error={descriptions.error} onRetry={() => descriptions.refetch()} />
        )}
        {descriptions.data?.recordings.map((recording, index) => (
          <TakePanel
            key={recording.id}
            recording={recording}
            image={id}
            replay={replay}
            isNewest={recording.id === newest?.id}
            isInHand={!isLive && recording.id === (inHand ?? newest?.id)}
            onTaken={() => setInHand(recording.id)}
            number={(descriptions.data?.recordings.length ?? 0) - index}
          />
        ))}
        <WordsAndMasks image={image} recordings={descriptions.data?.recordings ?? []} />
        {descriptions.data && isShared && (
          <MergedDescription
            image={id}
            me={me}
            said={descriptions.data.said}
            base={descriptions.data.captions[0] ?? null}
            addition={unsaved.text ?? ""}
            onAdd={(text) => write({ ...NOTHING_WRITTEN, text: text || null })}
            clock={clock}
          />
        )}
        {descriptions.data && !isShared && !isOffered && (
          <CaptionPanel
            image={id}
            recording={newest ?? null}
            captions={descriptions.data.captions}
            written={unsaved}
            onWrite={write}
            onSaved={forget}
            clock={clock}
            isAsLeft={left.written.text !== null && unsaved.text === left.written.text}
          />
        )}
        {!isRecordingFirst && <Unmentioned image={image} />}
        {!isRecordingFirst && descriptions.data && (
          <RecordPanel recorder={recorder} image={id} isFirst={!newest} />
        )}
        {descriptions.data && <RemovedTakes recordings={descriptions.data.removed} image={id} />}
      </Stack>
    </div>
  );
}
