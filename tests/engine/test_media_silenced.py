"""What was taken back is not heard in the file that leaves."""

import io
import wave

import numpy as np

from engine.media.audio import RATE_HZ, decode_audio
from engine.media.silenced import write_silenced


class Unseekable(io.RawIOBase):
    """A stream as a file inside a zip is written to."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        self.data += bytes(piece)  # type: ignore[call-overload]  # bytes-like
        return len(bytes(piece))  # type: ignore[call-overload]  # bytes-like


def tone(seconds: float) -> bytes:
    """A tone as WAV, at another rate."""
    samples = 0.5 * np.sin(np.arange(round(seconds * 8000)) * 0.5)
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes((samples * 32767).astype("<i2").tobytes())
    return out.getvalue()


def test_cuts_are_silent_and_every_time_stays() -> None:
    data, out = tone(3.0), Unseekable()

    write_silenced(io.BytesIO(data), [(0.5, 1.0), (2.5, 9.0)], out)  # type: ignore[arg-type]  # it is written to alone

    heard, before = decode_audio(out.data), decode_audio(data)
    assert heard.size == before.size
    loud = [np.abs(heard[round(at * RATE_HZ) :][:1600]).max() for at in (0.2, 0.6, 1.2, 2.6)]
    assert [bool(each > 0.3) for each in loud] == [True, False, True, False]
    assert np.abs(heard - before)[RATE_HZ : 2 * RATE_HZ].max() < 1e-3
