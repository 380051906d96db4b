import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

export interface Audio {
  ref: RefObject<HTMLAudioElement | null>;
  isPlaying: boolean;
  seconds: number;
  toggle: () => void;
  seek: (seconds: number) => void;
}

/** An audio element with its playhead as state, moved every frame while it plays. */
export function useAudio(): Audio {
  const ref = useRef<HTMLAudioElement>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const [seconds, setSeconds] = useState(0);

  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    const stop = new AbortController();
    const options = { signal: stop.signal };
    const read = () => setSeconds(audio.currentTime);
    audio.addEventListener("play", () => setIsPlaying(true), options);
    audio.addEventListener("pause", () => setIsPlaying(false), options);
    audio.addEventListener("ended", () => setIsPlaying(false), options);
    audio.addEventListener("seeked", read, options);
    audio.addEventListener("loadedmetadata", () => findEnd(audio), options);
    return () => stop.abort();
  }, []);

  useEffect(() => {
    if (!isPlaying) return;
    let frame = requestAnimationFrame(function step() {
      setSeconds(ref.current?.currentTime ?? 0);
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);

  const toggle = useCallback(() => {
    const audio = ref.current;
    if (!audio) return;
    if (audio.paused) void audio.play();
    else audio.pause();
  }, []);

  const seek = useCallback((to: number) => {
    if (!ref.current) return;
    ref.current.currentTime = to;
    setSeconds(to);
  }, []);

  return { ref, isPlaying, seconds, toggle, seek };
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
