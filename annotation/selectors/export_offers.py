"""What a version can be exported as, and what each format would lose of it."""

from collections.abc import Iterator
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


def offers_of(version: DatasetVersion) -> Iterator[ExportOffer]:
    """Yield all formats for masks with what they cannot hold of a version as a whole."""
    for name, form in FORMATS.items():
        lost = None
        if version.traits is not None:
            lost = {
                trait.value: version.traits[trait]
                for trait in sorted(ALL - form.keeps)
                if version.traits.get(trait)
            }
        yield ExportOffer(name, form.title, lost)
