"""What a version has of words, and what the forms in which words leave cannot hold of it.

Counted on a manifest's rows, which name masks and do not hold them: what a model said of a shape
goes with the shape.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from engine.datasets.manifest import ManifestMask, ManifestRow
from engine.datasets.traits import WORDS, Losses, Trait

_OF_SHAPES: Final = frozenset({
    Trait.MASKS,
    Trait.PARENTS,
    Trait.DEPTHS,
    Trait.ATTRIBUTES,
    Trait.ORIGINS,
})  # fmt: skip

# A line an image: of its masks those alone that have captions, with their ids and labels.
LOST_OF_DESCRIPTIONS: Final = _OF_SHAPES | {
    Trait.UNCAPTIONED,
    Trait.GROUPS,
    Trait.OLDER_TEXTS,
    Trait.UNTOLD,
}
# A line a take: its image by the digest alone, and of masks the ids of those that it speaks of.
LOST_OF_NARRATIVES: Final = _OF_SHAPES | {
    Trait.LABELS,
    Trait.MASK_CAPTIONS,
    Trait.CAPTIONS,
    Trait.SPLITS,
    Trait.GROUPS,
    Trait.RAW_TEXTS,
    Trait.OLDER_TEXTS,
    Trait.UNSPOKEN,
    Trait.FILE_NAMES,
}
# A row a take, beside a table of the images.
LOST_OF_VOICES: Final = frozenset({Trait.RAW_TEXTS, Trait.OLDER_TEXTS})
LOST_OF_MANIFESTS: Final = frozenset({Trait.MASKS, Trait.ORIGINS})


class TakeTexts(NamedTuple):
    """The newest text of each kind that a take has."""

    raw: str | None = None
    corrected: str | None = None

    @property
    def has_words(self) -> bool:
        """Whether the text that counts has any."""
        return bool(((self.raw if self.corrected is None else self.corrected) or "").strip())


def count_words(row: ManifestRow, takes: Sequence[TakeTexts]) -> Losses:
    """Count all of WORDS on an image, with a 0 for what it has nothing of.

    `takes` are those of the row, whose texts tell not which of them is the newest.
    """
    spoken = sum(each.has_words for each in takes)
    captioned = [mask for mask in row["masks"] if "caption" in mask]
    uncaptioned = [mask for mask in row["masks"] if "caption" not in mask]
    texts = sum(text is not None for each in takes for text in each)
    counts = Losses(dict.fromkeys(WORDS, 0))
    counts[Trait.TAKES] = spoken
    counts[Trait.RAW_TEXTS] = sum(None not in each for each in takes)
    counts[Trait.OLDER_TEXTS] = len(row["transcripts"]) - texts
    counts[Trait.UNSPOKEN] = int(not spoken)
    counts[Trait.FILE_NAMES] = int(spoken > 0)
    counts[Trait.UNTOLD] = int(not (takes or row["captions"] or captioned))
    counts[Trait.UNCAPTIONED] = _count(uncaptioned, "label")
    return counts


def count_told(row: ManifestRow, takes: Sequence[TakeTexts]) -> Losses:
    """Count what a row tells of an image: its words, and traits for which no shape is needed."""
    masks = row["masks"]
    counts = count_words(row, takes)
    counts[Trait.MASKS] = counts[Trait.ORIGINS] = len(masks)
    counts.update({trait: _count(masks, field) for trait, field in _FIELDS.items()})
    counts[Trait.CAPTIONS] = int(bool(row["captions"]))
    counts[Trait.GROUPS] = int(row["group"] is not None)
    counts[Trait.SPLITS] = 1
    return counts


def _count(masks: Sequence[ManifestMask], field: str) -> int:
    return sum(mask.get(field) is not None for mask in masks)


_FIELDS: Final = {
    Trait.LABELS: "label",
    Trait.PARENTS: "parent",
    Trait.DEPTHS: "z",
    Trait.ATTRIBUTES: "attributes",
    Trait.MASK_CAPTIONS: "caption",
}
