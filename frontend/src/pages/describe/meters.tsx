import { Group, Progress, Text } from "@mantine/core";
import { useCallback } from "react";
import { formatClock } from "@/components/format";
import { QUIET } from "@/recorder/level";
import type { Microphone } from "@/recorder/microphone";
import { GOOD_SECONDS } from "@/recorder/questions";
import classes from "./meters.module.css";
import { useTick } from "./useTick";

const SCALE_SECONDS = 120;

interface TimeProps {
  seconds: number;
  isPaused: boolean;
}

/** How long the take is, against the 60 to 90 seconds of a good description. */
export function TimeMeter({ seconds, isPaused }: TimeProps) {
  const { from, to } = GOOD_SECONDS;
  const advice =
    seconds < from
      ? `${from - Math.floor(seconds)} s to go`
      : seconds <= to
        ? "Good length"
        : "Round it off";
  const color = seconds < from ? "iris" : seconds <= to ? "teal" : "orange";
  return (
    <div>
      <Group justify="space-between" align="baseline" mb={4}>
        <Text className={classes.clock} role="timer" aria-label="Length of the take">
          {formatClock(seconds)}
        </Text>
        <Text size="sm" c="dimmed">
          {isPaused ? "Paused" : advice}
        </Text>
      </Group>
      <div className={classes.scale}>
        <Progress
          value={(100 * Math.min(seconds, SCALE_SECONDS)) / SCALE_SECONDS}
          color={color}
          size={8}
          transitionDuration={100}
          aria-label="Length against 60 to 90 seconds"
        />
        <span className={classes.good} aria-hidden="true" />
      </div>
      <div className={classes.marks} aria-hidden="true">
        <span>60 s</span>
        <span>90 s</span>
      </div>
    </div>
  );
}

interface LevelProps {
  microphone: Microphone | null;
  isRunning: boolean;
}

export function LevelBar({ microphone, isRunning }: LevelProps) {
  const level = useTick(
    isRunning,
    useCallback(() => microphone?.level() ?? 0, [microphone]),
  );
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="xs" c="dimmed" w={56}>
        Level
      </Text>
      <Progress
        flex={1}
        size={5}
        value={100 * level}
        color={level > 0.95 ? "red" : level < QUIET ? "gray" : "teal"}
        transitionDuration={80}
        aria-label="Microphone level"
      />
    </Group>
  );
}
