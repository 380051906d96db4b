"""Takes with their audio, as tables have them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.datasets.localized_narratives import Narrative

LARGEST_SOUND_BYTES: Final = 64 * 2**20  # a row is in memory whole, and more than once


@dataclass(frozen=True, slots=True)
class Sound:
    """A take's audio file."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Voice:
    """One take: who spoke of which image, in which words, and how it sounded."""

    recording: str  # its id
    narrative: Narrative
    split: str | None
    weight: int  # bytes of the sound, guessed
    load: Callable[[], Sound | None]  # None: it may not leave, or is too large for a row


Voices: TypeAlias = Callable[[], Iterable[Voice]]  # the same ones whenever it is called
