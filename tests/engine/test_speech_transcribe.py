"""Whisper hears real clips with word times, and nothing in silence."""

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import whisper

from engine.media.audio import RATE_HZ, decode_audio
from engine.speech.transcribe import Transcriber, WhisperTranscriber, load_transcriber

ROOT = Path(__file__).parents[2]
CHECKPOINT = ROOT / "var" / "models" / "whisper-tiny.en.pt"
SPEECH = ROOT.parent / "shared" / "data" / "speech"

pytestmark = [
    # whisper/tokenizer.py leaves its vocabulary file to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]
needs_weights = pytest.mark.skipif(
    not (CHECKPOINT.exists() and SPEECH.exists()), reason="needs var/models and the shared data"
)


@pytest.fixture(scope="module")
def transcriber() -> Transcriber:
    return load_transcriber(CHECKPOINT)


def clip(name: str) -> Any:
    return decode_audio((SPEECH / name).read_bytes())


def spoken(text: str) -> list[str]:
    return re.sub(r"[^a-z' ]", "", text.lower()).split()


def word_errors(truth: list[str], heard: list[str]) -> int:
    row = list(range(len(heard) + 1))
    for i, word in enumerate(truth, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]


@needs_weights
@pytest.mark.slow
def test_clip_is_heard_with_rising_word_times_on_its_own_clock(transcriber: Transcriber) -> None:
    name = "clips/1688-142285-0004.flac"
    with (SPEECH / "transcripts.csv").open() as file:
        truth = next(row["text"] for row in csv.DictReader(file) if row["file"] == name)
    audio = clip(name)
    silence = np.zeros(6 * RATE_HZ, np.float32)

    random_state = torch.random.get_rng_state()

    heard = transcriber.transcribe(audio)
    later = transcriber.transcribe(np.concatenate([silence, audio, silence]))

    assert word_errors(spoken(truth), spoken(heard.text)) <= 0.2 * len(spoken(truth))
    times = [time for word in heard.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= len(audio) / RATE_HZ
    assert all(0 <= word.probability <= 1 for word in heard.words)
    assert heard.text == " ".join(word.text for word in heard.words)
    assert word_errors(spoken(heard.text), spoken(later.text)) <= 2
    assert abs(later.words[0].start_s - heard.words[0].start_s - 6) < 0.5
    assert abs(later.words[-1].end_s - heard.words[-1].end_s - 6) < 0.5
    assert torch.equal(torch.random.get_rng_state(), random_state)
    assert re.fullmatch(r"whisper-tiny\.en@[0-9a-f]{12}", heard.model)


@needs_weights
@pytest.mark.slow
def test_nothing_is_heard_in_noise(transcriber: Transcriber) -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, 5 * RATE_HZ).astype(np.float32)

    assert transcriber.transcribe(noise).text == ""


def tiny_whisper() -> whisper.Whisper:
    torch.manual_seed(0)
    dims = whisper.model.ModelDimensions(80, 1500, 32, 2, 1, 51864, 448, 32, 2, 1)
    return whisper.Whisper(dims).eval()


def test_silence_never_reaches_the_network() -> None:
    class Untouchable:
        pass

    transcriber = WhisperTranscriber(Untouchable(), "none")

    heard = transcriber.transcribe(np.zeros(30 * RATE_HZ, np.float32))

    assert (heard.text, heard.words, heard.dropped) == ("", [], [])


@pytest.mark.parametrize("audio", [np.zeros((2, 9), np.float32), np.zeros(9, np.float64)])
def test_audio_of_another_shape_or_type_is_refused(audio: Any) -> None:
    with pytest.raises(ValueError, match="float32"):
        WhisperTranscriber(tiny_whisper(), "tiny").transcribe(audio)


def test_checkpoint_that_holds_code_is_refused(tmp_path: Path) -> None:
    torch.save({"dims": print}, tmp_path / "evil.pt")

    with pytest.raises(Exception, match=r"weights_only|Unsupported"):
        load_transcriber(tmp_path / "evil.pt")
