import { ActionIcon, Group, SegmentedControl, Text } from "@mantine/core";
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerTrackPrev,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Recording, Word } from "@/api/types";
import { formatClock } from "@/components/format";
import { waveformOf } from "@/recorder/waveform";
import { isUnsure } from "@/recorder/words";
import { type Audio, RATES } from "../useAudio";
import classes from "./Transcript.module.css";
import { BACK_S } from "./transcript-commands";
import { WaveformView } from "./WaveformView";

interface Props {
  recording: Recording;
  url: string;
  words: readonly Word[];
  audio: Audio;
  /** Only of what is worked with the waveform is fetched. */
  isInHand: boolean;
}

export function Player({ recording, url, words, audio, isInHand }: Props) {
  const { isPlaying, seconds, rate, controls } = audio;
  const { data: waveform } = useQuery({
    queryKey: ["waveform", recording.id],
    queryFn: () => waveformOf(url, recording.peaks_url),
    enabled: isInHand || isPlaying,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false, // what cannot be decoded is played all the same
  });
  const durationS = waveform?.duration_s ?? recording.duration_s;

  return (
    <>
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript below is its caption. */}
      <audio ref={audio.ref} src={url} crossOrigin="anonymous" preload="metadata" />
      <WaveformView {...{ controls, waveform, durationS, seconds, words }} cuts={recording.cuts} />
      {words.some(isUnsure) && (
        <Text size="xs" c="dimmed" className={classes.legend}>
          unsure words
        </Text>
      )}
      <Group gap="xs" wrap="nowrap" mt={4} mb="sm">
        <ActionIcon
          variant="filled"
          color="iris"
          radius="xl"
          size="lg"
          aria-label={isPlaying ? "Pause" : "Play"}
          onClick={controls.toggle}
        >
          {isPlaying ? (
            <IconPlayerPauseFilled size={16} aria-hidden />
          ) : (
            <IconPlayerPlayFilled size={16} aria-hidden />
          )}
        </ActionIcon>
        <ActionIcon aria-label={`Back ${BACK_S} seconds`} onClick={() => controls.skip(-BACK_S)}>
          <IconPlayerTrackPrev size={16} aria-hidden />
        </ActionIcon>
        <Text size="xs" c="dimmed" className="tabular" flex={1}>
          {formatClock(seconds)} / {formatClock(recording.duration_s || durationS)}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label="Speed"
          value={String(rate)}
          onChange={(value) => controls.setRate(Number(value))}
          data={RATES.map((each) => ({ value: String(each), label: `${each}×` }))}
        />
      </Group>
    </>
  );
}
