import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { traceQuery } from "@/api/descriptions";
import type { Recording } from "@/api/types";
import type { Replay } from "@/recorder/replay";
import type { TracePoint } from "@/recorder/trace";
import type { Audio } from "./useAudio";

/** Shows over the image what the speaker did at the playhead. One take sounds at a time. */
export function useReplay(replay: Replay, recording: Recording, audio: Audio): void {
  const { id, audio_url } = recording;
  const { isPlaying, seconds, controls } = audio;
  const isBegun = isPlaying || seconds > 0;
  const { data } = useQuery({ ...traceQuery(id), enabled: isBegun && audio_url !== null });

  useEffect(() => {
    if (data === undefined || !isBegun) return;
    // The schema does not say which fields belong to which kind.
    replay.show({ take: id, points: data.points as TracePoint[], seconds });
  }, [replay, id, data, isBegun, seconds]);

  useEffect(() => {
    if (!isPlaying) return;
    replay.playing.set(id);
    return replay.playing.subscribe(() => {
      if (replay.playing.get() !== id) controls.pause();
    });
  }, [replay, id, isPlaying, controls]);

  useEffect(() => () => replay.leave(id), [replay, id]);
}
