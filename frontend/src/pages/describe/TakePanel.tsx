import { Alert, Group, Loader, Text } from "@mantine/core";
import { useState } from "react";
import type { Recording, Transcript } from "@/api/types";
import { formatAgo, formatClock } from "@/components/format";
import { Section } from "@/components/Section";
import type { Replay } from "@/recorder/replay";
import { GroundedText } from "./grounding/usePhraseWords";
import { keptWords } from "./kept-writing";
import { TakeMenu } from "./TakeMenu";
import { aboutWords } from "./take-words";
import { TranscriptEditor } from "./transcript/TranscriptEditor";

interface Props {
  recording: Recording;
  image: number;
  replay: Replay;
  number: number;
  isNewest: boolean;
  /** The keys mean its text. */
  isInHand: boolean;
  onTaken: () => void;
}

/** One take: its audio and what was said in it. */
export function TakePanel({ recording, image, replay, number, ...props }: Props) {
  const { transcripts, state, duration_s, user, created_at, voice_deleted_at } = recording;
  const newest = transcripts.findLast((each) => each.kind === "corrected") ?? transcripts[0];
  // As it is being corrected, or was when the page was left.
  const [held, setHeld] = useState(
    (): Transcript | null => transcripts.find(({ id }) => keptWords(id) !== null) ?? null,
  );
  const transcript = held ?? newest;

  return (
    <div onPointerDownCapture={props.onTaken} onFocusCapture={props.onTaken}>
      <Section
        title={`Take ${number}${aboutWords(recording)}`}
        description={`${user}, ${formatClock(duration_s)}, ${formatAgo(created_at)}`}
        actions={<TakeMenu recording={recording} image={image} />}
      >
        {voice_deleted_at && !transcript && (
          <Text size="xs" c="dimmed">
            Its voice was deleted {formatAgo(voice_deleted_at)}.
          </Text>
        )}
        {state === "uploading" && !voice_deleted_at && (
          <Text size="sm">
            Its audio is not whole on the server yet. The browser that recorded it sends the rest
            when this page is open in it; a take that was abandoned can be removed.
          </Text>
        )}
        {state === "transcribing" && (
          <Group gap="xs" wrap="nowrap" role="status">
            <Loader size={14} />
            <Text size="sm">Transcribing. The words appear here when they are ready.</Text>
          </Group>
        )}
        {state === "failed" && (
          <Alert color="red" title="The take could not be transcribed" role="alert">
            {recording.error || "The audio could not be read."} A manager can run the job again on
            the overview page. The audio is kept; you can also write the caption below, or record
            another take.
          </Alert>
        )}
        {transcript && (
          <GroundedText value={transcript}>
            <TranscriptEditor
              key={transcript.id}
              recording={recording}
              transcript={transcript}
              newer={newest && newest.id !== transcript.id ? newest : null}
              onHold={setHeld}
              image={image}
              replay={replay}
              isOpen={props.isNewest && transcript.kind !== "corrected"}
              isInHand={props.isInHand}
            />
          </GroundedText>
        )}
      </Section>
    </div>
  );
}
