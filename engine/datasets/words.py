"""What a version has of words, and what the forms in which words leave cannot hold of it.

Counted on a manifest's rows, which name masks and do not hold them.
"""

from collections import defaultdict
from typing import Final

from engine.datasets.manifest import ManifestMask, ManifestRow
from engine.datasets.traits import WORDS, Losses, Trait

_CORRECTED: Final = "corrected"
_OF_MASKS: Final = frozenset({
    Trait.MASKS,
    Trait.PARENTS,
    Trait.DEPTHS,
    Trait.CROWDS,
    Trait.ATTRIBUTES,
    Trait.ESTIMATES,
    Trait.ORIGINS,
})  # fmt: skip

# A line an image: of its masks those alone that have captions, with their ids and labels.
LOST_OF_DESCRIPTIONS: Final = _OF_MASKS | {
    Trait.UNCAPTIONED,
    Trait.GROUPS,
    Trait.OLDER_TEXTS,
    Trait.UNTOLD,
}
# A line a take: its image by the digest alone, and of masks the ids of those that it speaks of.
LOST_OF_NARRATIVES: Final = _OF_MASKS | {
    Trait.LABELS,
    Trait.IDS,
    Trait.MASK_CAPTIONS,
    Trait.CAPTIONS,
    Trait.SPLITS,
    Trait.GROUPS,
    Trait.RAW_TEXTS,
    Trait.OLDER_TEXTS,
    Trait.UNSPOKEN,
    Trait.NAMES,
}
# A row a take, beside a table of the images.
LOST_OF_VOICES: Final = frozenset({Trait.RAW_TEXTS, Trait.OLDER_TEXTS})
LOST_OF_MANIFESTS: Final = frozenset({Trait.MASKS, Trait.CROWDS, Trait.ESTIMATES, Trait.ORIGINS})


def count_words(row: ManifestRow) -> Losses:
    """Count all of WORDS on an image, with a 0 for what it has nothing of."""
    kinds: dict[object, dict[object, list[str]]] = defaultdict(lambda: defaultdict(list))
    for text in row["transcripts"]:
        kinds[text["recording"]][text["kind"]].append(str(text["text"]))
    takes = [texts for texts in kinds.values() if _has_words(texts)]
    captioned = sum("caption" in mask for mask in row["masks"])
    counts = Losses(dict.fromkeys(WORDS, 0))
    counts[Trait.TAKES] = len(takes)
    counts[Trait.RAW_TEXTS] = sum(len(texts) > 1 for texts in kinds.values())
    counts[Trait.OLDER_TEXTS] = len(row["transcripts"]) - sum(map(len, kinds.values()))
    counts[Trait.UNSPOKEN] = int(not takes)
    counts[Trait.NAMES] = int(bool(takes))
    counts[Trait.UNTOLD] = int(not (kinds or row["captions"] or captioned))
    counts[Trait.UNCAPTIONED] = len(row["masks"]) - captioned
    return counts


def count_told(row: ManifestRow) -> Losses:
    """Count what a row tells of an image's traits: all but those that shapes and models have."""
    masks = row["masks"]
    counts = count_words(row)
    counts.update({trait: len(masks) for trait in (Trait.MASKS, Trait.IDS, Trait.ORIGINS)})
    counts.update({trait: _count(masks, field) for trait, field in _FIELDS.items()})
    counts[Trait.CAPTIONS] = int(bool(row["captions"]))
    counts[Trait.GROUPS] = int(row["group"] is not None)
    counts[Trait.SPLITS] = counts[Trait.DIGESTS] = 1
    return counts


def _has_words(texts: dict[object, list[str]]) -> bool:
    """Tell whether the text that counts has any: a correction, or else what was heard."""
    counting = texts.get(_CORRECTED) or next(iter(texts.values()))
    return any(text.strip() for text in counting)


def _count(masks: list[ManifestMask], field: str) -> int:
    return sum(mask.get(field) is not None for mask in masks)


_FIELDS: Final = {
    Trait.LABELS: "label",
    Trait.PARENTS: "parent",
    Trait.DEPTHS: "z",
    Trait.ATTRIBUTES: "attributes",
    Trait.MASK_CAPTIONS: "caption",
}
