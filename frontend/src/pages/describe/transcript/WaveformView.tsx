import { useComputedColorScheme } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from "react";
import { formatClock } from "@/components/format";
import { clamp } from "@/editor/geometry";
import type { AudioControls } from "../useAudio";
import { drawWaveform, type WaveformScene } from "./draw-waveform";
import classes from "./Transcript.module.css";

interface Props extends WaveformScene {
  controls: AudioControls;
}

const STEP_S: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 };

/** The recording at a glance; click or drag to be at that moment. */
export function WaveformView({ controls, ...scene }: Props) {
  const { waveform, durationS, seconds, words, cuts } = scene;
  const { ref: sized, width } = useElementSize<HTMLCanvasElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const ref = useMergedRef(sized, canvas);
  const scheme = useComputedColorScheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another width or scheme draws it anew
  useEffect(() => {
    if (canvas.current !== null)
      drawWaveform(canvas.current, { waveform, durationS, seconds, words, cuts });
  }, [waveform, durationS, seconds, words, cuts, width, scheme]);

  const seekTo = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    controls.seek(clamp((event.clientX - box.left) / box.width, 0, 1) * durationS);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEP_S[event.key];
    if (step !== undefined) controls.skip(step);
    else if (event.key === "Home") controls.seek(0);
    else if (event.key === "End") controls.seek(durationS);
    else return;
    event.preventDefault();
  };

  return (
    <canvas
      ref={ref}
      className={classes.waveform}
      role="slider"
      tabIndex={0}
      aria-label="Playhead"
      aria-valuemin={0}
      aria-valuemax={Math.round(durationS)}
      aria-valuenow={Math.round(seconds)}
      aria-valuetext={`${formatClock(seconds)} of ${formatClock(durationS)}`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seekTo(event);
      }}
      onPointerMove={(event) =>
        event.currentTarget.hasPointerCapture(event.pointerId) && seekTo(event)
      }
    />
  );
}
