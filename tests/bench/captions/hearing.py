"""What hearing speech costs beside the same model called directly, in turns in one process."""

from time import perf_counter, process_time
from typing import Final

import torch

from engine.speech.clips import read_clips
from engine.speech.measure import Hear, direct
from engine.speech.measure_live import measure_live
from engine.speech.transcribe import load_network, load_transcriber
from engine.speech.transcript import Audio, Word
from tests.bench.captions.sources import MODELS, SPEECH
from tests.bench.memory import measured_alone
from tests.bench.rows import Row

MOST_S: Final = 0.25  # for a second of speech, by the clock
MOST_OVERHEAD: Final = 0.10  # of CPU, as the clock also counts what others compute
TAKE_S: Final = 60.0
LIVE_CLIPS: Final = 20  # two takes: every second of them is heard three times
MOST_WAIT_S: Final = 5.0


def measure_hearing(threads: int, every: int) -> list[Row]:
    """Hear each nth clip."""
    found = measured_alone(_hear, threads, every)
    alone, live = found["alone"], found["live"]
    assert isinstance(alone, dict)
    assert isinstance(live, dict)
    return [
        Row(
            "transcription: seconds for a second of speech",
            {**alone, "threads": threads, "peak_mib": found["peak_mib"]},
            f"{MOST_S} s by the clock, {MOST_OVERHEAD:.0%} more CPU than the model alone",
            alone["ours"] <= MOST_S and alone["overhead"] <= MOST_OVERHEAD,
        ),
        Row(
            f"a take of {TAKE_S:.0f} s, heard while it is spoken: what is left at its end",
            live,
            f"{MOST_WAIT_S} s",
            live["longest_wait_s"] <= MOST_WAIT_S,
        ),
    ]


def _hear(threads: int, every: int) -> dict[str, object]:
    torch.set_num_threads(threads)
    torch.manual_seed(0)  # where the model is unsure, it draws
    clips = list(read_clips(SPEECH))[::every]
    transcriber = load_transcriber(MODELS.whisper)

    def ours(audio: Audio) -> list[Word]:
        return transcriber.transcribe(audio).words

    ways: dict[str, Hear] = {"ours": ours, "direct": direct(load_network(MODELS.whisper))}
    for hear in ways.values():
        hear(clips[0].audio)  # the first call of all takes longer
    names = list(ways)
    clock, cpu = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for clip in clips:
        names.reverse()  # each first as often as the other
        for name in names:
            began, cpu_began = perf_counter(), process_time()
            ways[name](clip.audio)
            clock[name] += perf_counter() - began
            cpu[name] += process_time() - cpu_began
    speech_s = sum(clip.duration_s for clip in clips)
    figures = {
        "clips": len(clips),
        "speech_s": round(speech_s),
        **{name: round(spent / speech_s, 4) for name, spent in clock.items()},
        **{f"{name}_cpu": round(spent / speech_s, 4) for name, spent in cpu.items()},
        "overhead": round(cpu["ours"] / cpu["direct"] - 1, 3),
    }
    take_s = min(TAKE_S, speech_s)
    return {"alone": figures, "live": measure_live(clips[:LIVE_CLIPS], transcriber, take_s=take_s)}
