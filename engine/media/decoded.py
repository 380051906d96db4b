"""A recording decoded to a file: any stretch of it can be read, and never all of it is held."""

from typing import IO, Final

import numpy as np

from engine.media.audio import Samples, iter_limited
from engine.media.limits import LONGEST_SOUND_S

_SAMPLE_BYTES: Final = 4  # float32, so that nothing is lost on the way


class DecodedSound:
    """Samples, mono at 16 kHz, in a file of nothing else."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self.size = size  # samples

    def read(self, start: int, end: int) -> Samples:
        """Return the samples from one to before another, (T,)."""
        self._file.seek(start * _SAMPLE_BYTES)
        data = self._file.read(max(0, end - start) * _SAMPLE_BYTES)
        return np.frombuffer(bytearray(data), np.float32)  # torch wants to be able to write


def decode_to_file(
    source: IO[bytes], out: IO[bytes], *, max_seconds: float = LONGEST_SOUND_S
) -> DecodedSound:
    """Decode a recording into an empty file, 64 kB a second; memory does not grow with it.

    Raises:
        MediaError: it cannot be decoded, holds no sound, or is too long.

    """
    size = 0
    for part in iter_limited(source, max_seconds=max_seconds):
        out.write(part.tobytes())
        size += part.size
    return DecodedSound(out, size)
