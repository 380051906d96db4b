"""The formats that a dataset version leaves in, by name."""

from typing import Final

from engine.datasets.formats import FORMATS as MASK_FORMATS

COCO: Final = "coco"
DESCRIPTIONS: Final = "descriptions"
NARRATIVES: Final = "narratives"
VOICES: Final = "voices"  # narratives with their audio
HUGGINGFACE_VOICES: Final = "huggingface_voices"  # the masks' format, and these beside it
MANIFEST: Final = "manifest"  # as Parquet, for whoever asks it by columns
FORMATS: Final = (*MASK_FORMATS, DESCRIPTIONS, NARRATIVES, VOICES, HUGGINGFACE_VOICES, MANIFEST)
TITLES: Final = {
    **{name: form.title for name, form in MASK_FORMATS.items()},
    DESCRIPTIONS: "Descriptions",
    NARRATIVES: "Narratives",
    VOICES: "Narratives with voices",
    HUGGINGFACE_VOICES: "Hugging Face dataset with voices",
    MANIFEST: "Manifest as Parquet",
}
SPLITS: Final = ("train", "val", "holdout", "unfinished")
# These hold where somebody pointed, or their voice: as long as they agree, for whoever may hear it.
VOICED: Final = (NARRATIVES, VOICES, HUGGINGFACE_VOICES)
