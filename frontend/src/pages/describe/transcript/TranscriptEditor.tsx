import { Button, Group, Text } from "@mantine/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type NewTranscript, saveTranscript } from "@/api/descriptions";
import type { Recording, Transcript } from "@/api/types";
import { useOffer } from "@/commands/useOffer";
import { useSignal } from "@/components/useSignal";
import { Correction } from "@/recorder/correction";
import type { Replay } from "@/recorder/replay";
import { litWord, textOf } from "@/recorder/words";
import { AsLeft } from "../AsLeft";
import { keepWhole, keepWords, keptWhole, keptWords } from "../kept-writing";
import { useAudio } from "../useAudio";
import { useReplay } from "../useReplay";
import { useSave } from "../useSave";
import { CorrectionEffort } from "./CorrectionEffort";
import { KeyHints } from "./KeyHints";
import { NewerText } from "./NewerText";
import { Player } from "./Player";
import { transcriptCommands } from "./transcript-commands";
import { useActiveSeconds } from "./useActiveSeconds";
import { WholeText } from "./WholeText";
import { Words } from "./Words";

interface Props {
  recording: Recording;
  transcript: Transcript;
  /** What somebody made of the take while this text was held. */
  newer: Transcript | null;
  /** Has the text stay while a correction of it is begun; null: the newest may take its place. */
  onHold: (transcript: Transcript | null) => void;
  image: number;
  replay: Replay;
  isOpen: boolean;
  /** The keys mean this take's text. */
  isInHand: boolean;
}

/** The text against the audio: the word under the playhead is lit, any word can be mended. */
export function TranscriptEditor(props: Props) {
  const { recording, transcript, newer, onHold, image, replay, isInHand } = props;
  const box = useRef<HTMLDivElement>(null);
  const audio = useAudio(recording.cuts);
  const { controls } = audio;
  useReplay(replay, recording, audio);
  const activeSeconds = useActiveSeconds(box);
  const correction = useMemo(
    () => new Correction(transcript.words, keptWords(transcript.id)),
    [transcript],
  );
  useEffect(
    () =>
      correction.words.subscribe(() => {
        keepWords(transcript.id, correction.canUndo ? correction.words.get() : null);
      }),
    [correction, transcript.id],
  );
  const words = useSignal(correction.words);
  const isWriting = useSignal(correction.writing) !== null;
  const [wasBegun] = useState(correction.canUndo);
  const [isWhole, setIsWhole] = useState(() => keptWhole(transcript.id) !== null);
  const [isEditing, setIsEditing] = useState(props.isOpen || wasBegun || isWhole);
  const isCorrected = transcript.kind === "corrected";
  const isBegun = audio.isPlaying || audio.seconds > 0;
  const hasVoice = recording.audio_url !== null;

  const { save, isSaving, sent } = useSave({
    image,
    seconds: activeSeconds,
    send: (made: NewTranscript) => saveTranscript(recording.id, made),
    onSaved: (_, made) => {
      if (textOf(correction.words.get()) === made.text) keepWords(transcript.id, null);
      onHold(null);
    },
  });
  const saveOn = useCallback(
    (base: string) => {
      const now = correction.words.get();
      save({
        base,
        text: textOf(now),
        words: now.map((word) => ({ ...word, text: word.text.trim() })),
      });
    },
    [correction, save],
  );
  const isOwn = newer !== null && newer.id === sent?.id; // also where its answer was lost
  const others = isOwn ? null : newer;
  const isSaved = isOwn && !isWhole && !isWriting && textOf(words) === sent.text;
  const isHeld = isEditing && !isSaved && (isWhole || isWriting || correction.canUndo);
  useEffect(() => onHold(isHeld ? transcript : null), [isHeld, transcript, onHold]);

  const isEditable = isEditing && !isSaving;
  const canSave = !isSaving && !isWhole && others === null;
  const drop = () => {
    correction.reset();
    setIsWhole(false);
    keepWhole(transcript.id, null);
    setIsEditing(false);
  };

  useOffer(
    useMemo(() => {
      const desk = {
        ...{ correction, controls, hasVoice, isEditing: isEditable },
        edit: () => setIsEditing(true),
        editWhole: () => setIsWhole(true),
        save: () => canSave && saveOn(transcript.id),
      };
      return { commands: isInHand ? transcriptCommands(desk) : [] };
    }, [correction, controls, hasVoice, isEditable, isInHand, canSave, saveOn, transcript.id]),
  );

  return (
    <div ref={box}>
      {recording.audio_url ? (
        <Player {...{ recording, words, audio, isInHand }} url={recording.audio_url} />
      ) : (
        <Text size="xs" c="dimmed" mb="xs">
          {silenceWords(recording)}
        </Text>
      )}
      {isWhole && isEditing ? (
        <WholeText
          transcript={transcript.id}
          text={textOf(words)}
          onDone={(text) => {
            setIsWhole(false);
            if (text !== null) correction.rewrite(text);
          }}
        />
      ) : (
        <Words
          {...{ correction, controls }}
          lit={isBegun ? litWord(words, audio.seconds, audio.alone) : -1}
          isEditable={isEditable}
        />
      )}
      {isEditing ? (
        <>
          <KeyHints hasUnsure={correction.hasUnsure} />
          {wasBegun && isHeld && <AsLeft />}
          {others && !isSaving && (
            <NewerText
              newer={others}
              canSave={!isWhole}
              onSave={() => saveOn(others.id)}
              onDrop={drop}
            />
          )}
          <Group justify="flex-end" gap="xs" mt="sm">
            {isCorrected && (
              <Button variant="default" onClick={drop}>
                Cancel
              </Button>
            )}
            <Button disabled={!canSave} onClick={() => saveOn(transcript.id)} loading={isSaving}>
              Save corrected text
            </Button>
          </Group>
        </>
      ) : (
        <Group justify="space-between" mt="sm" gap="xs" wrap="nowrap">
          {isCorrected ? (
            <CorrectionEffort recording={recording.id} transcript={transcript} />
          ) : (
            <Text size="xs" c="dimmed">
              As it was heard
            </Text>
          )}
          <Button
            size="compact-sm"
            variant="default"
            flex="none"
            onClick={() => setIsEditing(true)}
          >
            Correct the text
          </Button>
        </Group>
      )}
    </div>
  );
}

/** Why a take is not heard. */
function silenceWords({ voice_deleted_at, may_listen }: Recording): string {
  if (voice_deleted_at) return "The voice was deleted; the text stays.";
  return may_listen
    ? "The text was imported without its sound."
    : "Who may listen is set by the project. You can read the text.";
}
