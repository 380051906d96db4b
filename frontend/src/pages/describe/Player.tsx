import { ActionIcon, Group, SegmentedControl, Slider, Text } from "@mantine/core";
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { formatClock } from "@/components/format";
import type { Audio } from "./useAudio";

interface Props {
  url: string;
  durationS: number;
  audio: Audio;
}

export function Player({ url, durationS, audio }: Props) {
  return (
    <Group gap="xs" wrap="nowrap" mb="sm">
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript below is its caption. */}
      <audio ref={audio.ref} src={url} crossOrigin="anonymous" preload="metadata" />
      <ActionIcon
        variant="filled"
        color="iris"
        radius="xl"
        size="lg"
        aria-label={audio.isPlaying ? "Pause" : "Play"}
        onClick={audio.controls.toggle}
      >
        {audio.isPlaying ? (
          <IconPlayerPauseFilled size={16} aria-hidden />
        ) : (
          <IconPlayerPlayFilled size={16} aria-hidden />
        )}
      </ActionIcon>
      <Slider
        flex={1}
        size="xs"
        min={0}
        max={Math.max(0.1, durationS)}
        step={0.05}
        label={(value) => formatClock(value)}
        value={Math.min(audio.seconds, durationS)}
        onChange={audio.controls.seek}
        thumbLabel="Playhead"
      />
      <Text size="xs" c="dimmed" className="tabular" miw={68} ta="right">
        {formatClock(audio.seconds)} / {formatClock(durationS)}
      </Text>
      <SegmentedControl
        size="xs"
        aria-label="Speed"
        value={String(audio.rate)}
        onChange={(rate) => audio.controls.setRate(Number(rate))}
        data={[
          { value: "1", label: "1×" },
          { value: "1.5", label: "1.5×" },
        ]}
      />
    </Group>
  );
}
