"""Text to speech for tests: eSpeak NG by ctypes, from the wheel that carries it and its voices."""

import ctypes
from functools import cache
from typing import Final

import espeakng_loader
import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

RATE_HZ: Final = 16_000
_SYNCHRONOUS: Final = 2  # AUDIO_OUTPUT_SYNCHRONOUS of speak_lib.h
_UTF8: Final = 1  # espeakCHARS_UTF8
_CALLBACK: Final = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
_RATE: Final = 1  # espeakRATE, words a minute

Samples = npt.NDArray[np.float32]


def speak(text: str, *, words_per_minute: int = 150) -> Samples:
    """Return the text as speech, (T,) float32 at 16 kHz."""
    library, rate_hz = _library()
    parts: list[npt.NDArray[np.int16]] = []

    def keep(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: int | None) -> int:
        if samples and count > 0:
            parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    callback = _CALLBACK(keep)  # held until all is spoken
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetParameter(_RATE, words_per_minute, 0)
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, 0, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    samples = np.concatenate(parts).astype(np.float32) / 32768
    step = np.gcd(rate_hz, RATE_HZ)
    resampled = resample_poly(samples, RATE_HZ // step, rate_hz // step)
    return np.asarray(resampled, np.float32)


@cache
def _library() -> tuple[ctypes.CDLL, int]:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = str(espeakng_loader.get_data_path()).encode()
    rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0)
    library.espeak_SetVoiceByName(b"en-us")
    return library, rate_hz
