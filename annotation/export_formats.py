"""The formats that a dataset version leaves in, by name, and what each cannot hold."""

from collections.abc import Mapping
from typing import Final

from engine.datasets import export_splits
from engine.datasets.formats import FORMATS as MASK_FORMATS
from engine.datasets.formats import Format
from engine.datasets.formats.huggingface import HUGGINGFACE
from engine.datasets.traits import Trait, lost_of
from engine.datasets.words import (
    LOST_OF_DESCRIPTIONS,
    LOST_OF_MANIFESTS,
    LOST_OF_NARRATIVES,
    LOST_OF_VOICES,
)

COCO: Final = "coco"
DESCRIPTIONS: Final = "descriptions"
NARRATIVES: Final = "narratives"
VOICES: Final = "voices"  # narratives with their audio
HUGGINGFACE_VOICES: Final = "huggingface_voices"  # the masks' format, and these beside it
MANIFEST: Final = "manifest"  # as Parquet, for whoever asks it by columns
OF_WORDS: Final = (DESCRIPTIONS, NARRATIVES, VOICES, HUGGINGFACE_VOICES)
FORMATS: Final = (*MASK_FORMATS, *OF_WORDS, MANIFEST)
# What each is made for.
KINDS: Final = {
    **dict.fromkeys(MASK_FORMATS, "masks"),
    **dict.fromkeys(OF_WORDS, "words"),
    MANIFEST: "manifest",
}
TITLES: Final = {
    **{name: form.title for name, form in MASK_FORMATS.items()},
    DESCRIPTIONS: "Descriptions",
    NARRATIVES: "Narratives",
    VOICES: "Narratives with voices",
    HUGGINGFACE_VOICES: "Hugging Face dataset with voices",
    MANIFEST: "Manifest as Parquet",
}
SPLITS: Final = export_splits.SPLITS
# These hold where somebody pointed, or their voice: as long as they agree, for whoever may hear it.
VOICED: Final = (NARRATIVES, VOICES, HUGGINGFACE_VOICES)
LOSES: Final[Mapping[str, frozenset[Trait]]] = {
    **{name: lost_of(form.keeps) | {Trait.TAKES} for name, form in MASK_FORMATS.items()},
    DESCRIPTIONS: LOST_OF_DESCRIPTIONS,
    NARRATIVES: LOST_OF_NARRATIVES,
    VOICES: LOST_OF_NARRATIVES,
    HUGGINGFACE_VOICES: lost_of(HUGGINGFACE.keeps) | LOST_OF_VOICES,
    MANIFEST: LOST_OF_MANIFESTS,
}


def form_of_masks(name: str) -> Format | None:
    """Return how masks are written in a format; None where they are not."""
    return MASK_FORMATS.get(HUGGINGFACE.name if name == HUGGINGFACE_VOICES else name)
