import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { clamp } from "@/editor/geometry";
import { afterCut, type Cut } from "@/recorder/cuts";

export const RATES = [0.75, 1, 1.5, 2] as const;

/** A word alone is too short to be understood: some of what is around it sounds, too. */
const AROUND_WORD_S = 0.12;

export interface AudioControls {
  toggle(): void;
  pause(): void;
  seek(seconds: number): void;
  /** By so many seconds, backwards if negative. */
  skip(seconds: number): void;
  /** Plays a stretch and stops; while all is playing, goes on from there. */
  hear(start_s: number, end_s: number): void;
  setRate(rate: number): void;
  /** The next rate up or down. */
  changeRate(step: 1 | -1): void;
}

export interface Stretch {
  readonly start_s: number;
  readonly end_s: number;
}

export interface Audio {
  ref: RefObject<HTMLAudioElement | null>;
  isPlaying: boolean;
  seconds: number;
  rate: number;
  /** What was asked for alone, until the playhead is moved otherwise. */
  alone: Stretch | null;
  /** The same from render to render. */
  controls: AudioControls;
}

/** An audio element with its playhead as state, moved every frame while it plays; cuts are left out. */
export function useAudio(cuts: readonly Cut[]): Audio {
  const ref = useRef<HTMLAudioElement>(null);
  const stopAt = useRef(Number.POSITIVE_INFINITY);
  const left = useRef(cuts);
  left.current = cuts;
  const [isPlaying, setIsPlaying] = useState(false);
  const [seconds, setSeconds] = useState(0);
  const [rate, setRate] = useState(1);
  const [alone, setAlone] = useState<Stretch | null>(null);

  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    const stop = new AbortController();
    const options = { signal: stop.signal };
    // While its length is looked for, its playhead is nobody's.
    const read = () => Number.isFinite(audio.duration) && setSeconds(audio.currentTime);
    audio.addEventListener("play", () => setIsPlaying(true), options);
    audio.addEventListener("pause", () => setIsPlaying(false), options);
    audio.addEventListener("ended", () => setIsPlaying(false), options);
    audio.addEventListener("seeked", read, options);
    audio.addEventListener("ratechange", () => setRate(audio.playbackRate), options);
    audio.addEventListener("loadedmetadata", () => findEnd(audio), options);
    return () => stop.abort();
  }, []);

  useEffect(() => {
    if (!isPlaying) return;
    let frame = requestAnimationFrame(function step() {
      const audio = ref.current;
      if (audio !== null) {
        const next = afterCut(left.current, audio.currentTime);
        if (next > audio.currentTime) audio.currentTime = next;
        if (audio.currentTime >= stopAt.current) audio.pause();
      }
      setSeconds(audio?.currentTime ?? 0);
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);

  const controls = useMemo((): AudioControls => {
    const withAudio = (act: (audio: HTMLAudioElement) => void) => {
      if (ref.current !== null) act(ref.current);
    };
    const goOn = () => {
      stopAt.current = Number.POSITIVE_INFINITY;
      setAlone(null);
    };
    const seek = (to: number): void =>
      withAudio((audio) => {
        goOn();
        audio.currentTime = Math.max(0, to);
        setSeconds(audio.currentTime);
      });
    return {
      toggle: () =>
        withAudio((audio) => {
          goOn();
          if (audio.paused) play(audio);
          else audio.pause();
        }),
      pause: () => withAudio((audio) => audio.pause()),
      seek,
      skip: (by) => withAudio((audio) => seek(audio.currentTime + by)),
      hear: (start_s, end_s) =>
        withAudio((audio) => {
          const isAll = !audio.paused && stopAt.current === Number.POSITIVE_INFINITY;
          seek(start_s - AROUND_WORD_S);
          if (!isAll) {
            stopAt.current = end_s + AROUND_WORD_S;
            setAlone({ start_s, end_s });
          }
          play(audio);
        }),
      setRate: (to) =>
        withAudio((audio) => {
          audio.playbackRate = to;
        }),
      changeRate: (step) =>
        withAudio((audio) => {
          const at = RATES.findIndex((each) => each >= audio.playbackRate);
          audio.playbackRate = RATES[clamp(at + step, 0, RATES.length - 1)] ?? 1;
        }),
    };
  }, []);

  return { ref, isPlaying, seconds, rate, alone, controls };
}

/** The element itself shows when it cannot play; a start that was overtaken by a pause is no fault. */
function play(audio: HTMLAudioElement): void {
  audio.play().catch(() => undefined);
}

/** MediaRecorder writes no length; browsers learn it, and can seek, once they were sent past the end. */
function findEnd(audio: HTMLAudioElement): void {
  if (Number.isFinite(audio.duration)) return;
  audio.addEventListener(
    "durationchange",
    () => {
      if (Number.isFinite(audio.duration)) audio.currentTime = 0;
    },
    { once: true },
  );
  audio.currentTime = Number.MAX_SAFE_INTEGER;
}
