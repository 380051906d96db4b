"""Silence is found by energy, cut, and the clock restored; inventions are dropped."""

import numpy as np
import numpy.typing as npt
import pytest

from engine.speech.inventions import Segment, keep_spoken, without_loops
from engine.speech.silence import RATE_HZ, Cut, Span, padded, sound_spans
from engine.speech.transcript import Word

Samples = npt.NDArray[np.float32]


def sound(duration_s: float, level: float, seed: int = 0) -> Samples:
    noise = np.random.default_rng(seed).normal(size=round(duration_s * RATE_HZ))
    return (level * noise).astype(np.float32)


def words(text: str, start_s: float = 0.0, probability: float = 0.9) -> list[Word]:
    return [
        Word(word, start_s + 0.3 * i, start_s + 0.3 * i + 0.25, probability)
        for i, word in enumerate(text.split())
    ]


def segment(text: str, start_s: float = 0.0, probability: float = 0.9, **facts: float) -> Segment:
    given = {"compression_ratio": 1.2, "no_speech_probability": 0.0, "mean_logprob": -0.2, **facts}
    return Segment(words(text, start_s, probability), **given)


@pytest.mark.parametrize("noise_level", [0.0, 1e-4, 3e-3])
def test_sounds_are_found_between_silences_whatever_the_noise(noise_level: float) -> None:
    parts = [sound(2, 0), sound(1.5, 0.1), sound(3, 0), sound(0.8, 0.05), sound(1, 0)]
    audio = np.concatenate(parts)

    spans = sound_spans(audio + sound(audio.size / RATE_HZ, noise_level, 1))

    assert [(round(s.start_s, 1), round(s.end_s, 1)) for s in spans] == [(2.0, 3.5), (6.5, 7.3)]


def test_silence_hum_and_nothing_hold_no_sound() -> None:
    assert sound_spans(np.zeros(RATE_HZ * 5, np.float32)) == []
    assert sound_spans(sound(5, 1e-4)) == []
    assert sound_spans(np.zeros(0, np.float32)) == []
    assert sound_spans(np.zeros(50, np.float32)) == []


def test_padding_joins_what_then_touches_and_keeps_to_the_recording() -> None:
    spans = [Span(0.1, 1.0), Span(1.4, 2.0), Span(4.0, 4.9)]

    assert padded(spans, 5.0, 0.3) == [Span(0.0, 2.3), Span(3.7, 5.0)]


def test_cut_restores_the_recordings_clock() -> None:
    audio = np.arange(10 * RATE_HZ, dtype=np.float32)
    cut = Cut(audio, [Span(1.0, 2.0), Span(5.0, 8.0)])

    assert cut.audio.size == 4 * RATE_HZ
    assert cut.audio[RATE_HZ] == 5 * RATE_HZ
    assert cut.restore(0.25, 0.5) == Span(1.25, 1.5)
    assert cut.restore(1.5, 2.0) == Span(5.5, 6.0)
    assert cut.restore(0.9, 1.4) == Span(5.0, 5.4)  # a word across the cut stays in one stretch
    assert cut.restore(3.9, 9.0) == Span(7.9, 8.0)


def test_loops_keep_one_round() -> None:
    kept, dropped = without_loops(words("a red car " * 5 + "and then then then"))

    assert " ".join(w.text for w in kept) == "a red car and then then then"
    assert [(d.reason, d.text) for d in dropped] == [("loop", " ".join(["a red car"] * 4))]
    assert (dropped[0].start_s, dropped[0].end_s) == pytest.approx((0.9, 4.45))


def test_words_where_nobody_spoke_are_dropped_with_the_reason() -> None:
    sounds = [Span(0, 3), Span(20, 22)]
    segments = [
        segment("a red car"),
        segment("thanks for watching", 10),
        segment("thank you", 20, 0.3, no_speech_probability=0.7),
        segment("blah blah", 20.5, 0.3, compression_ratio=3.0),
        segment("thank you", 21),
        segment("i still do", 21, 0.33, mean_logprob=-1.8),
    ]

    kept, dropped = keep_spoken(segments, sounds)

    assert " ".join(w.text for w in kept) == "a red car thank you"
    assert [(d.text, d.reason) for d in dropped] == [
        ("thanks for watching", "silence"), ("thank you", "no speech"), ("blah blah", "loop"),
        ("i still do", "no speech"),
    ]  # fmt: skip


def test_a_prompt_that_is_given_back_unsurely_is_no_speech() -> None:
    prompt = "In the picture: dog, red bucket, frisbee."
    sounds = [Span(0, 30)]
    said = [
        segment("a dog and a red bucket", 0, 0.3),
        segment("dog, red bucket, frisbee", 10),
        segment("Red bucket.", 14, 0.45),
    ]
    echoed = segment("dog, red bucket,", 20, 0.45)

    kept, dropped = keep_spoken([*said, echoed], sounds, prompt)

    assert len(kept) == sum(len(each.words) for each in said)
    assert [(d.text, d.reason) for d in dropped] == [("dog, red bucket,", "vocabulary")]
