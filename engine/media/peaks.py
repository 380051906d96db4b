"""How a recording looks: how loud each stretch of it is."""

from itertools import pairwise

import numpy as np

from engine.media.decoded import DecodedSound


def peaks_of(sound: DecodedSound, count: int) -> list[float]:
    """Return the loudest sample, 0 to 1, of each of so many equal stretches, which are read singly.

    Of fewer samples than that, each is a stretch of its own.
    """
    count = min(count, sound.size)
    edges = [round(at * sound.size / count) for at in range(count + 1)] if count else [0]
    return [round(float(np.abs(sound.read(*each)).max()), 4) for each in pairwise(edges)]
