"""Whisper, guarded: silence is cut first, windows do not prompt each other, inventions go."""

from pathlib import Path
from typing import Any, Final, TypedDict

import numpy as np
import torch
import whisper

from engine.canonical import sha256_of_path
from engine.speech.inventions import Segment, keep_spoken
from engine.speech.silence import RATE_HZ, Cut, padded, sound_spans
from engine.speech.transcript import Audio, Dropped, RawTranscript, Transcriber, Word

__all__ = [
    "Dropped",
    "RawTranscript",
    "Transcriber",
    "WhisperTranscriber",
    "Word",
    "load_transcriber",
]

# Greedy first; where that loops or is unsure, Whisper samples once more, here with a seed.
_TEMPERATURES: Final = (0.0, 0.4)
_SEED: Final = 0


class _WhisperWord(TypedDict):
    word: str
    start: float
    end: float
    probability: float


class WhisperTranscriber:
    """An OpenAI Whisper model of any size, on the device where it was loaded."""

    def __init__(self, network: whisper.Whisper, model: str) -> None:
        self.model = model
        self._network = network

    def transcribe(self, audio: Audio) -> RawTranscript:
        """Hear a recording, (T,) float32 at 16 kHz. Same audio and machine, same words."""
        if audio.ndim != 1 or audio.dtype != np.float32:
            raise ValueError(
                f"audio must be float32 (T,) at 16 kHz; got {audio.dtype} {audio.shape}"
            )
        sounds = sound_spans(audio)
        if not sounds:
            return RawTranscript("", [], [], self.model)
        cut = Cut(audio, padded(sounds, audio.size / RATE_HZ))
        with torch.random.fork_rng(), torch.inference_mode():
            torch.manual_seed(_SEED)
            result = whisper.transcribe(
                self._network,
                cut.audio,
                temperature=_TEMPERATURES,
                condition_on_previous_text=False,
                word_timestamps=True,
                fp16=self._network.device.type == "cuda",
                verbose=None,
            )
        segments = [_segment(item, cut) for item in result["segments"] if item.get("words")]
        words, dropped = keep_spoken(segments, sounds)
        return RawTranscript(" ".join(word.text for word in words), words, dropped, self.model)


def load_transcriber(checkpoint: Path) -> Transcriber:
    """Load a Whisper checkpoint (dims and state dict) on the GPU if there is one."""
    network = whisper.load_model(str(checkpoint))
    name = checkpoint.stem.removeprefix("whisper-")
    # A model loaded by its path lacks the attention heads that were chosen for word times.
    heads = whisper._ALIGNMENT_HEADS.get(name)  # noqa: SLF001  # published nowhere else
    if heads is not None:
        network.set_alignment_heads(heads)
    network.eval()
    return WhisperTranscriber(network, f"whisper-{name}@{sha256_of_path(checkpoint)[:12]}")


def _segment(item: dict[str, Any], cut: Cut) -> Segment:
    return Segment(
        words=[_word(word, cut) for word in item["words"] if word["word"].strip()],
        compression_ratio=float(item["compression_ratio"]),
        no_speech_probability=float(item["no_speech_prob"]),
        mean_logprob=float(item["avg_logprob"]),
    )


def _word(word: _WhisperWord, cut: Cut) -> Word:
    span = cut.restore(float(word["start"]), float(word["end"]))
    return Word(
        text=word["word"].strip(),
        start_s=round(span.start_s, 3),
        end_s=round(span.end_s, 3),
        probability=round(float(word["probability"]), 4),
    )
