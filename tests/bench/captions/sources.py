"""What the benches read: the shared recordings and photographs."""

import wave
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np

from engine.media.audio import RATE_HZ
from engine.speech.clips import read_clips
from engine.speech.transcript import Audio
from engine.weights.paths import ModelPaths
from tests.stack import ROOT

DATA: Final = ROOT.parent / "shared" / "data"
SPEECH: Final = DATA / "speech"
PHOTOS: Final = DATA / "coco_photos"
MODELS: Final = ModelPaths(ROOT / "var" / "models")
BREATH_S: Final = 0.7


def speech_of(seconds: float) -> Audio:
    """Join clips with a breath between them, over again where they do not last, cut to length."""
    breath = np.zeros(round(BREATH_S * RATE_HZ), np.float32)
    once = np.concatenate([part for clip in read_clips(SPEECH) for part in (clip.audio, breath)])
    length = round(seconds * RATE_HZ)
    return np.tile(once, -(-length // once.size))[:length]


def as_wav(audio: Audio) -> bytes:
    written = BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes((audio * 32767).astype("<i2").tobytes())
    return written.getvalue()


def in_chunks(data: bytes, chunk_s: float) -> list[bytes]:
    """Cut a recording as a browser sends it: bytes of so many seconds each."""
    size = round(chunk_s * RATE_HZ) * 2
    return [data[start : start + size] for start in range(0, len(data), size)]


def has_caption_models(models: Path = MODELS.root) -> bool:
    paths = ModelPaths(models)
    return paths.language_model.is_dir() and paths.image_backbone.is_dir()
