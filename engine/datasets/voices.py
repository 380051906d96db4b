"""Takes with their audio, as tables have them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.datasets.descriptions import LinkedPhrase
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
    weight: int  # bytes of the sound, guessed; 0: there is none
    load: Callable[[], Sound | None]  # None: it may not leave, or is too large for a row
    speaker: str = ""  # their user name
    mask: str | None = None  # id of the one that it is about; None: the image
    # Who corrected its text, by their user name, or else the model that heard it.
    maker: str = ""
    is_corrected: bool = False
    recorded_at: str = ""  # ISO 8601
    phrases: tuple[LinkedPhrase, ...] = ()  # of its words, with the masks they speak of

    @property
    def words(self) -> list[str]:
        """The words that phrases count: of a text without times, what blanks divide."""
        told = self.narrative
        return [each.text for each in told.utterances] or told.caption.split()


Voices: TypeAlias = Callable[[], Iterable[Voice]]  # the same ones whenever it is called
