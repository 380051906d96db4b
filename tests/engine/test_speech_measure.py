"""The measures of speech tell errors, inventions and waits apart, on clips of any length."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.speech.clips import Clip, read_clips
from engine.speech.measure import compare_ways
from engine.speech.measure_live import measure_live
from engine.speech.silence import RATE_HZ
from engine.speech.transcript import Audio, Word
from tests.engine.speaking import Listener

# Whisper leaves the table of its normalizer open.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*english.json:pytest.PytestUnraisableExceptionWarning"
)
PADDING_S = 5.0


def clip(seconds: float, text: str = "A red bucket.", speaker: str = "ada") -> Clip:
    audio = np.sin(np.arange(round(seconds * RATE_HZ), dtype=np.float32))
    return Clip("a.wav", speaker, text, audio)


def well(audio: Audio) -> list[Word]:
    at_s = audio.size / RATE_HZ / 2
    return [Word(word, at_s, at_s, 1) for word in ("a", "red", "bucket")]


def badly(audio: Audio) -> list[Word]:
    """Mishear one word, and invent two where nobody speaks."""
    invented = [Word("Thank you.", 0.5, 1.0, 1)] if audio.size > 2 * PADDING_S * RATE_HZ else []
    a, red, bucket = well(audio)
    return [*invented, a, red, replace(bucket, text="basket")]


def test_errors_are_told_by_speaker_and_length_and_inventions_apart() -> None:
    clips = [clip(2), clip(7, speaker="bob")]

    found = compare_ways(clips, {"ours": well, "direct": badly}, padding_s=PADDING_S)

    assert found["ours"]["word_error_rate"] == 0
    assert found["direct"]["by_speaker"] == {"ada": 0.3333, "bob": 0.3333}
    assert set(found["direct"]["by_length"]) == {"0 to 5 s", "5 to 10 s"}
    for kind in ("silence", "noise"):
        assert found["ours"]["padded"][kind]["inventions"] == []
        assert found["direct"]["padded"][kind]["clips_with_inventions"] == 2
        assert found["direct"]["padded"][kind]["invented_words"] == 4
    assert json.dumps(found)


@pytest.mark.parametrize("lengths_s", [[2.0], [5.0, 5.0, 5.0]])
def test_a_take_may_end_before_it_is_first_heard(lengths_s: list[float]) -> None:
    clips = [clip(each) for each in lengths_s]

    live = measure_live(clips, Listener(), take_s=sum(lengths_s))

    assert live["takes"] == 1
    assert json.dumps(live)


def test_a_clip_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    (tmp_path / "transcripts.csv").write_text("file,text,speaker\nodd.wav,hello,ada\n")
    (tmp_path / "odd.wav").write_bytes(b"nothing")

    with pytest.raises(ValueError, match=r"odd\.wav: This is not a recording"):
        list(read_clips(tmp_path))
