"""How loud each stretch of a recording is."""

import io

import numpy as np

from engine.media.decoded import DecodedSound
from engine.media.peaks import peaks_of


def decoded(samples: list[float]) -> DecodedSound:
    return DecodedSound(io.BytesIO(np.array(samples, np.float32).tobytes()), len(samples))


def test_each_stretch_is_as_high_as_its_loudest_sample() -> None:
    assert peaks_of(decoded([0.1, -0.2, 0, 0, 0.4, 0.1, 1]), 3) == [0.2, 0.4, 1.0]


def test_of_fewer_samples_than_stretches_each_is_one() -> None:
    assert peaks_of(decoded([0.5, -1]), 10) == [0.5, 1.0]
    assert peaks_of(decoded([]), 10) == []
