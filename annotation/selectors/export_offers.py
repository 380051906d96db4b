"""What a version can be exported as, and what each format would lose of it."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from annotation.models import DatasetVersion
from engine.datasets.formats import FORMATS
from engine.datasets.traits import ALL


@dataclass(frozen=True, slots=True)
class ExportOffer:
    """One format for masks."""

    format: str
    title: str
    losses: dict[str, int] | None  # by trait; None: nothing was counted when the version was cut


def offers_of(version: DatasetVersion, splits: Collection[str] = ()) -> Iterator[ExportOffer]:
    """Yield all formats for masks with what they cannot hold of some splits, or of all."""
    there: Counter[str] = Counter()
    for split, counts in (version.traits or {}).items():
        if not splits or split in splits:
            there.update(counts)
    for name, form in FORMATS.items():
        lost = {trait.value: there[trait] for trait in sorted(ALL - form.keeps) if there[trait]}
        yield ExportOffer(name, form.title, None if version.traits is None else lost)
