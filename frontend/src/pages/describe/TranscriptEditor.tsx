import { Button, Group, Kbd, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { descriptionsQuery, saveTranscript } from "@/api/descriptions";
import type { Recording, Transcript, Word } from "@/api/types";
import type { Replay } from "@/recorder/replay";
import { nextUnsure, textOf, wordAt } from "@/recorder/words";
import { Player } from "./Player";
import { useActiveSeconds } from "./useActiveSeconds";
import { useAudio } from "./useAudio";
import { useReplay } from "./useReplay";
import { Words } from "./Words";

interface Props {
  recording: Recording;
  transcript: Transcript;
  image: number;
  replay: Replay;
  isOpen: boolean;
}

/** The text against the audio: the word under the playhead is lit, any word can be mended. */
export function TranscriptEditor({ recording, transcript, image, replay, isOpen }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const audio = useAudio();
  useReplay(replay, recording, audio);
  const activeSeconds = useActiveSeconds(box);
  const queries = useQueryClient();
  const [words, setWords] = useState<Word[]>(transcript.words);
  const [isEditing, setIsEditing] = useState(isOpen);
  const isCorrected = transcript.kind === "corrected";

  const save = useMutation({
    mutationFn: () =>
      saveTranscript(recording.id, {
        id: crypto.randomUUID(),
        text: textOf(words),
        words: words.map((word) => ({ ...word, text: word.text.trim() })),
        seconds: activeSeconds(),
      }),
    onSuccess: () => queries.invalidateQueries(descriptionsQuery(image)),
  });

  return (
    <div ref={box}>
      {recording.audio_url ? (
        <Player url={recording.audio_url} durationS={recording.duration_s} audio={audio} />
      ) : (
        <Text size="xs" c="dimmed" mb="xs">
          The voice was deleted; the text stays.
        </Text>
      )}
      <Words
        words={words}
        lit={audio.isPlaying || audio.seconds > 0 ? wordAt(words, audio.seconds) : -1}
        isEditable={isEditing}
        onChange={setWords}
        onSeek={(word) => audio.controls.seek(word.start_s)}
        onTogglePlay={audio.controls.toggle}
      />
      {isEditing ? (
        <>
          <Text size="xs" c="dimmed" mt="xs" lh={1.9}>
            <Kbd size="xs">Space</Kbd> plays, <Kbd size="xs">Enter</Kbd> edits a word,{" "}
            <Kbd size="xs">+</Kbd> adds one, <Kbd size="xs">Del</Kbd> removes it
            {nextUnsure(words, -1) >= 0 && (
              <>
                , <Kbd size="xs">U</Kbd> goes to the next unsure one
              </>
            )}
            .
          </Text>
          <Group justify="flex-end" gap="xs" mt="sm">
            {isCorrected && (
              <Button
                variant="default"
                onClick={() => {
                  setWords(transcript.words);
                  setIsEditing(false);
                }}
              >
                Cancel
              </Button>
            )}
            <Button onClick={() => save.mutate()} loading={save.isPending}>
              Save corrected text
            </Button>
          </Group>
        </>
      ) : (
        <Group justify="space-between" mt="sm" gap="xs">
          <Text size="xs" c="dimmed">
            {isCorrected ? `Corrected by ${transcript.author ?? "someone"}` : "As it was heard"}
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => setIsEditing(true)}>
            Correct the text
          </Button>
        </Group>
      )}
    </div>
  );
}
