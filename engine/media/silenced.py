"""Sound with nothing to hear where its speaker took something back."""

import wave
from collections.abc import Sequence
from typing import IO, Final

import numpy as np

from engine.media.audio import RATE_HZ, Samples, iter_audio

_LOUDEST: Final = 32767  # of 16 bits


def write_silenced(source: IO[bytes], cuts: Sequence[tuple[float, float]], out: IO[bytes]) -> None:
    """Write a recording as WAV, mono at 16 kHz; every time stays what it was.

    It is decoded twice, piece by piece: `out` need not seek, and memory does not grow with it.

    Args:
        source: the recording as it is stored, in a file that can seek.
        cuts: what is not to be heard, (start, end) in seconds.
        out: takes the file.

    Raises:
        MediaError: it cannot be decoded.

    """
    length = sum(piece.size for piece in iter_audio(source))
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.setnframes(length)
        at = 0
        for piece in iter_audio(source):
            quiet = _quiet(piece, at, cuts)
            sound.writeframesraw((quiet * _LOUDEST).astype("<i2").tobytes())
            at += piece.size


def _quiet(piece: Samples, at: int, cuts: Sequence[tuple[float, float]]) -> Samples:
    quiet = piece.copy()
    for start_s, end_s in cuts:
        first, end = round(start_s * RATE_HZ) - at, round(end_s * RATE_HZ) - at
        quiet[max(first, 0) : max(end, 0)] = np.float32(0)
    return quiet
