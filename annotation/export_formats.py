"""The formats that a dataset version leaves in, by name."""

from typing import Final

COCO: Final = "coco"
DESCRIPTIONS: Final = "descriptions"
NARRATIVES: Final = "narratives"
VOICES: Final = "voices"  # narratives with their audio
FORMATS: Final = (COCO, DESCRIPTIONS, NARRATIVES, VOICES)
# These hold where somebody pointed, or their voice: as long as they agree, for whoever may hear it.
VOICED: Final = (NARRATIVES, VOICES)
