"""What a version can be exported as, what each format would lose of it, and what to know of it."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from annotation.export_formats import COCO, SPLITS
from annotation.models import DatasetVersion
from annotation.selectors.version_dataset import LOST_AS_EVER
from engine.datasets.formats import FORMATS, has_folders
from engine.datasets.traits import Trait, lost_of


@dataclass(frozen=True, slots=True)
class ExportOffer:
    """One format for masks."""

    format: str
    title: str
    losses: dict[str, int] | None  # by trait; None: nothing was counted when the version was cut
    anneal_only: dict[str, int] | None  # the same of what other tools pass over
    notes: list[str]


def offers_of(version: DatasetVersion, splits: Collection[str] = ()) -> Iterator[ExportOffer]:
    """Yield all formats for masks with what is to be told of some splits in them, or of all.

    All of them as COCO are one file, and it is as it ever was: see `as_ever`.
    """
    there: Counter[str] = Counter()
    found = []
    for split, counts in (version.traits or {}).items():
        if not splits or split in splits:
            there.update(counts)
            found.append(split)
    for name, form in FORMATS.items():
        lost = _counted(there, lost_of(form.keeps))
        own = _counted(there, form.own)
        if name == COCO and not splits:
            lost |= _counted(there, LOST_AS_EVER)
            own = {trait: own[trait] for trait in own if trait not in LOST_AS_EVER}
        elif has_folders(form, found):
            own.pop(Trait.SPLITS, None)
        is_known = version.traits is not None
        yield ExportOffer(
            name,
            form.title,
            lost if is_known else None,
            own if is_known else None,
            notes_of(version, name, splits),
        )


def notes_of(
    version: DatasetVersion, export_format: str, splits: Collection[str] = ()
) -> list[str]:
    """Return what people should know of an export of some splits, or of all."""
    form = FORMATS.get(export_format)
    there = [each for each in SPLITS if version.counts.get(each) and (not splits or each in splits)]
    note = form.note(there) if form and there else ""
    return [note] if note else []


def _counted(there: Counter[str], traits: Collection[Trait]) -> dict[str, int]:
    return {trait.value: there[trait] for trait in sorted(traits) if there[trait]}
