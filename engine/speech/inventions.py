"""Tell what was said from what Whisper invents: loops, and words where nobody spoke. Light."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.speech.silence import Span
from engine.speech.transcript import Dropped, Word

_LOOP_RATIO: Final = 2.4  # of zlib, as whisper.transcribe takes it
_LOOP_TIMES: Final = 4
_LONGEST_LOOP_WORDS: Final = 12
_NO_SPEECH: Final = 0.5
_UNSURE_LOGPROB: Final = -0.8
_UNSURE_PROBABILITY: Final = 0.5
_GUESS_LOGPROB: Final = -1.2  # laughter and tones come out as words this improbable
_GUESS_PROBABILITY: Final = 0.4
_NEAR_S: Final = 0.25  # word times are that exact
_ECHO_WORDS: Final = 3  # fewer may well be said in the order of the prompt

# What subtitles taught Whisper to write under music and silence.
_STOCK_PHRASES: Final = (
    "thank you", "thanks for watching", "thank you for watching", "thank you very much", "bye",
    "please subscribe", "subscribe", "you", "the end", "i'll see you next time", "bye bye",
    "see you next time", "thanks for watching and see you next time", "so", "okay", "oh", "hmm",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of Whisper's output, its words on the recording's clock."""

    words: list[Word]
    compression_ratio: float
    no_speech_probability: float
    mean_logprob: float


def keep_spoken(
    segments: Sequence[Segment], sounds: Sequence[Span], prompt: str | None = None
) -> tuple[list[Word], list[Dropped]]:
    """Return the words that were spoken, and what was dropped and why."""
    kept: list[Word] = []
    dropped: list[Dropped] = []
    for segment in segments:
        reason = _reason_against(segment, sounds, prompt)
        if reason is None:
            kept += segment.words
        else:
            dropped.append(_dropped(segment.words, reason))
    words, loops = without_loops(kept)
    return words, dropped + loops


def without_loops(words: Sequence[Word]) -> tuple[list[Word], list[Dropped]]:
    """Keep one of four or more equal runs of words in a row."""
    kept: list[Word] = []
    dropped: list[Dropped] = []
    keys = [_key(word.text) for word in words]
    at = 0
    while at < len(words):
        length, times = _loop_at(keys, at)
        kept += words[at : at + length]
        if times > 1:
            dropped.append(_dropped(words[at + length : at + length * times], "loop"))
        at += length * times
    return kept, dropped


def _reason_against(segment: Segment, sounds: Sequence[Span], prompt: str | None) -> str | None:
    if not any(_is_near(word, sounds) for word in segment.words):
        return "silence"
    probability = sum(word.probability for word in segment.words) / len(segment.words)
    is_unsure = probability < _UNSURE_PROBABILITY or segment.mean_logprob < _UNSURE_LOGPROB
    if segment.compression_ratio > _LOOP_RATIO and is_unsure:
        return "loop"
    if probability < _GUESS_PROBABILITY and segment.mean_logprob < _GUESS_LOGPROB:
        return "no speech"
    if is_unsure and prompt is not None and _repeats(segment, prompt):
        return "vocabulary"
    is_stock = _key(_text(segment.words)) in _STOCK_PHRASES
    if is_unsure and (segment.no_speech_probability > _NO_SPEECH or is_stock):
        return "no speech"
    return None


def _repeats(segment: Segment, prompt: str) -> bool:
    """Tell whether Whisper only gave back what it was told to expect."""
    keys = _key(_text(segment.words))
    return len(segment.words) >= _ECHO_WORDS and f" {keys} " in f" {_key(prompt)} "


def _is_near(word: Word, sounds: Sequence[Span]) -> bool:
    start, end = word.start_s - _NEAR_S, word.end_s + _NEAR_S
    return any(span.start_s < end and start < span.end_s for span in sounds)


def _loop_at(keys: Sequence[str], at: int) -> tuple[int, int]:
    """Return the length of the run that is repeated from here, and how often it comes."""
    for length in range(1, _LONGEST_LOOP_WORDS + 1):
        run = keys[at : at + length]
        times = 1
        while keys[at + length * times : at + length * (times + 1)] == run:
            times += 1
        if times >= _LOOP_TIMES:
            return length, times
    return 1, 1


def _key(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum() or c in " '").strip()


def _dropped(words: Sequence[Word], reason: str) -> Dropped:
    return Dropped(_text(words), reason, words[0].start_s, words[-1].end_s)


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)
