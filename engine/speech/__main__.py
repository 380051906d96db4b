"""`python -m engine.speech CLIPS`: word errors, inventions and speed, ours beside the bare model's.

CLIPS is a folder with transcripts.csv (columns file, text, speaker). Prints one JSON object.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import torch

from engine.media.errors import MediaError
from engine.speech.clips import read_clips
from engine.speech.measure import compare_ways, direct
from engine.speech.measure_live import measure_live
from engine.speech.transcribe import load_network, load_transcriber
from engine.speech.transcript import Audio, Word


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)  # the bare model draws where it is unsure
    try:
        print(json.dumps(_compare(options), indent=2))
    except (OSError, ValueError, MediaError) as error:
        print(f"speech: {error}", file=sys.stderr)
        return 1
    return 0


def _compare(options: argparse.Namespace) -> dict[str, object]:
    clips = list(islice(read_clips(options.clips), 0, None, options.every))
    if not clips:
        raise ValueError(f"{options.clips} holds no clip whose words are known")
    transcriber = load_transcriber(options.checkpoint)

    def ours(audio: Audio) -> list[Word]:
        return transcriber.transcribe(audio, vocabulary=options.vocabulary).words

    speech_s = sum(clip.duration_s for clip in clips)
    bare = direct(load_network(options.checkpoint))
    for hear in ours, bare:
        hear(clips[0].audio)  # the first call of all takes longer
    found = compare_ways(clips, {"ours": ours, "direct": bare}, padding_s=options.padding)
    ours_s, bare_s = (found[name]["cpu_seconds_per_second"] for name in ("ours", "direct"))
    return {
        "model": transcriber.model,
        "threads": options.threads,
        "clips": len(clips),
        "speech_s": round(speech_s, 1),
        "overhead": round(ours_s / bare_s - 1, 3),  # of CPU
        **found,
        "live": measure_live(clips, transcriber, take_s=min(60.0, speech_s)),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine.speech",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clips", type=Path)
    default = Path("var/models/whisper-tiny.en.pt")
    parser.add_argument("--checkpoint", type=Path, default=default)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--padding", type=float, default=20.0, help="seconds on either side")
    parser.add_argument("--every", type=int, default=1, help="take each nth clip alone")
    parser.add_argument("--vocabulary", nargs="*", default=(), help="names that may be said")
    return parser


if __name__ == "__main__":
    sys.exit(main())
