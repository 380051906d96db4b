"""What an export leaves out of a version's words, and of its masks where it is one of words."""

from annotation.export_formats import LOSES, form_of_masks
from annotation.models import DatasetVersion
from annotation.selectors.frozen_texts import chosen_rows
from engine.datasets.choosing import Choice
from engine.datasets.traits import WORDS, Losses, Trait, lost_of
from engine.datasets.words import count_told


def words_lost(version: DatasetVersion, export_format: str, choice: Choice) -> Losses:
    """Count what a format loses of the chosen rows, but for what its form of masks counts itself.

    What a model said of masks stands in no row: of that there is what was counted at the cut.
    """
    form = form_of_masks(export_format)
    loses = LOSES[export_format] - (lost_of(form.keeps) if form else frozenset())
    if loses <= WORDS and not version.counts["transcripts"]:
        return Losses()
    counts = Losses()
    for row in chosen_rows(version, choice):
        counts.update(count_told(row))
    for split, told in (version.traits or {}).items():
        if choice.takes_split(split):
            counts[Trait.ESTIMATES] += told.get(Trait.ESTIMATES, 0)
    return +Losses({trait: counts[trait] for trait in loses})
