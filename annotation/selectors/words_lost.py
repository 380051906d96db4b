"""What an export leaves out of a version's words, and of its masks where it is one of words."""

from itertools import islice

from annotation.export_formats import LOSES, form_of_masks
from annotation.models import DatasetVersion
from annotation.selectors.frozen_texts import BATCH, FrozenTexts, chosen_rows, with_texts
from engine.datasets.choosing import Choice
from engine.datasets.traits import WORDS, Losses, lost_of
from engine.datasets.words import TakeTexts, count_told


def words_lost(version: DatasetVersion, export_format: str, choice: Choice) -> Losses:
    """Count what a format loses of the chosen rows, but for what its form of masks counts itself.

    Three queries a batch of images at most, and none where nobody said or wrote anything.
    """
    form = form_of_masks(export_format)
    loses = LOSES[export_format] - (lost_of(form.keeps) if form else frozenset())
    if loses <= WORDS and not version.counts["transcripts"]:
        return Losses()
    counts = Losses()
    rows = chosen_rows(version, choice)
    while batch := list(islice(rows, BATCH)):
        for texts in with_texts(batch):
            counts.update(count_told(texts.row, _takes(texts)))
    return +Losses({trait: counts[trait] for trait in loses})


def _takes(texts: FrozenTexts) -> list[TakeTexts]:
    kinds = ((take.raw, take.corrected) for take in texts.takes)
    return [TakeTexts(*(None if text is None else text.text for text in each)) for each in kinds]
