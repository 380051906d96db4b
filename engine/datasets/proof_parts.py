"""Which splits of a version an export is compared with: by the manifest, never by its own word."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.datasets.choosing import Choice
from engine.datasets.export_splits import ALL, UNFINISHED
from engine.datasets.manifest import ManifestRow
from engine.datasets.row_places import RowPlaces


@dataclass(slots=True)
class Parts:
    """Images by their splits: how many were compared, and how many need not be there."""

    may_lack: frozenset[str] = frozenset()  # splits of which all or none must be there
    compared: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def has(self, row: ManifestRow, choice: Choice) -> bool:
        """Tell, once all of an export was read, whether an image must be in it."""
        split = row["split"]
        is_lacking = split in self.may_lack and not self.compared[split]
        return choice.takes_split(split) and not is_lacking

    def missing(self, places: RowPlaces, choice: Choice) -> Iterator[ManifestRow]:
        """Yield the rows that were not met and must be there, and count the others."""
        for row in places.left():
            if self.has(row, choice):
                yield row
            else:
                self.left_out[row["split"]] += 1


def parts_asked_for(named: Sequence[str], images: Mapping[str, int]) -> Parts:
    """Return what must be there where these splits were named.

    Where none is, it is what leaves where none is named: what is finished, if anything is, and
    unfinished images may lack, but only all of them.

    Args:
        named: by a person; `all` is everything.
        images: how many the manifest has of each split.

    """
    is_any_finished = any(count for split, count in images.items() if split != UNFINISHED)
    return Parts(frozenset({UNFINISHED} if is_any_finished and not named else ()))


def splits_asked_for(named: Sequence[str]) -> frozenset[str]:
    """Return the splits that were named; none: all of them, some of which may lack."""
    return frozenset() if ALL in named else frozenset(named)


def lines_of_parts(parts: Parts) -> Iterator[str]:
    """Say what was compared, and what was not there and need not be."""
    if parts.compared:
        yield f"images compared: {_counted(parts.compared)}"
    if parts.left_out:
        how = f"; --split {ALL} asks for them, too" if parts.may_lack else ""
        yield f"images left out: {_counted(parts.left_out)}{how}"


def _counted(images: Mapping[str, int]) -> str:
    """Name splits as they are, but what would move a terminal's cursor."""
    named = ((split if split.isprintable() else ascii(split), n) for split, n in images.items())
    return ", ".join(f"{n:,} of {split}" for split, n in sorted(named))
