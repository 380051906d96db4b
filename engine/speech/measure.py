"""How well and how fast speech is heard: our pipeline beside the same model called directly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter, process_time
from typing import Final, TypedDict

import whisper
from tqdm import tqdm
from whisper.normalizers import EnglishTextNormalizer

from engine.speech.clips import Clip, surrounded
from engine.speech.transcript import Audio, Word
from engine.speech.word_errors import WordErrors, word_errors

NOISE_LEVEL: Final = 0.005  # -46 dB of full scale, a fan in the room
_SURELY_OUTSIDE_S: Final = 1.0  # words so far from the clip are not its own, however times err
_LENGTHS_S: Final = ((0, 5), (5, 10), (10, 20), (20, 3600))

Hear = Callable[[Audio], list[Word]]


class Padded(TypedDict):
    """What was made of clips between stretches in which nobody speaks."""

    word_error_rate: float
    invented_words: int
    clips_with_inventions: int
    inventions: list[str]


class ArmReport(TypedDict):
    """One way to hear the clips."""

    word_error_rate: float
    by_speaker: dict[str, float]
    by_length: dict[str, float]
    seconds_per_second: float  # of the clock, for a second of speech
    cpu_seconds_per_second: float  # of all cores together; tells more where others compute, too
    padded: dict[str, Padded]


@dataclass
class _Tally:
    errors: dict[str, WordErrors] = field(default_factory=dict)
    spent_s: float = 0.0
    cpu_s: float = 0.0
    invented: dict[str, list[str]] = field(default_factory=dict)

    def add(self, group: str, errors: WordErrors) -> None:
        self.errors[group] = self.errors.get(group, WordErrors()) + errors

    def rates(self, prefix: str) -> dict[str, float]:
        return {
            group.removeprefix(prefix): round(errors.rate, 4)
            for group, errors in sorted(self.errors.items())
            if group.startswith(prefix)
        }


def direct(network: whisper.Whisper) -> Hear:
    """Call the model as anybody would: its own defaults, with the word times that we need, too."""

    def hear(audio: Audio) -> list[Word]:
        result = whisper.transcribe(
            network,
            audio,
            language="en",
            word_timestamps=True,
            fp16=network.device.type == "cuda",
            verbose=None,
        )
        return [
            Word(word["word"].strip(), word["start"], word["end"], word["probability"])
            for segment in result["segments"]
            for word in segment["words"]
        ]

    return hear


def compare_ways(
    clips: Sequence[Clip], ways: Mapping[str, Hear], *, padding_s: float
) -> dict[str, ArmReport]:
    """Hear each clip in each way, alone and between silences and noise of so many seconds.

    The ways take turns, each first as often as the other, as a machine's speed drifts. Words are
    compared as usual for English: `EnglishTextNormalizer` of the Whisper paper (arXiv 2212.04356,
    appendix C).
    """
    tallies = {name: _Tally() for name in ways}
    names = list(ways)
    for clip in tqdm(clips, unit="clip"):
        names.reverse()
        for name in names:
            _hear_clip(clip, ways[name], tallies[name])
            for kind, level in {"silence": 0.0, "noise": NOISE_LEVEL}.items():
                _hear_padded(clip, ways[name], tallies[name], kind, level, padding_s)
    speech_s = sum(clip.duration_s for clip in clips)
    return {name: _report(tally, speech_s) for name, tally in tallies.items()}


def english_words(text: str) -> list[str]:
    """Split a text into words without case, punctuation and differences of spelling."""
    words: list[str] = _normalizer()(text).split()
    return words


@cache
def _normalizer() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


def _hear_clip(clip: Clip, hear: Hear, tally: _Tally) -> None:
    began, cpu_began = perf_counter(), process_time()
    heard = hear(clip.audio)
    tally.spent_s += perf_counter() - began
    tally.cpu_s += process_time() - cpu_began
    errors = _errors(clip, heard)
    for group in "all", f"speaker {clip.speaker}", f"length {_length(clip)}":
        tally.add(group, errors)


def _hear_padded(
    clip: Clip, hear: Hear, tally: _Tally, kind: str, level: float, padding_s: float
) -> None:
    heard = hear(surrounded(clip.audio, padding_s, level))
    tally.add(f"padded {kind}", _errors(clip, heard))
    starts, ends = padding_s - _SURELY_OUTSIDE_S, padding_s + clip.duration_s + _SURELY_OUTSIDE_S
    outside = [word.text for word in heard if not starts < (word.start_s + word.end_s) / 2 < ends]
    if outside:
        tally.invented.setdefault(kind, []).append(" ".join(outside))


def _errors(clip: Clip, heard: Sequence[Word]) -> WordErrors:
    text = " ".join(word.text for word in heard)
    return word_errors(english_words(clip.text), english_words(text))


def _length(clip: Clip) -> str:
    return next(f"{low} to {high} s" for low, high in _LENGTHS_S if clip.duration_s < high)


def _report(tally: _Tally, speech_s: float) -> ArmReport:
    return {
        "word_error_rate": tally.rates("all")[""],
        "by_speaker": tally.rates("speaker "),
        "by_length": tally.rates("length "),
        "seconds_per_second": round(tally.spent_s / speech_s, 4),
        "cpu_seconds_per_second": round(tally.cpu_s / speech_s, 4),
        "padded": {
            kind: _padded(tally.invented.get(kind, []), rate)
            for kind, rate in tally.rates("padded ").items()
        },
    }


def _padded(inventions: list[str], rate: float) -> Padded:
    return {
        "word_error_rate": rate,
        "invented_words": sum(len(text.split()) for text in inventions),
        "clips_with_inventions": len(inventions),
        "inventions": inventions,
    }
