"""Which splits leave where nobody names any: what is finished, as on the page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

ALL: Final = "all"  # said in place of a split
UNFINISHED: Final = "unfinished"
SPLITS: Final = ("train", "val", "holdout", UNFINISHED)


def splits_meant(named: Sequence[str], images: Mapping[str, int]) -> list[str]:
    """Return the splits that leave where these were named; none: all images.

    Where none is named it is those that are finished, or if there are none what was begun.

    Args:
        named: by a person; `all` is everything.
        images: how many there are of each split.

    """
    if named:
        return [] if ALL in named else list(named)
    there = [split for split in SPLITS if images.get(split)]
    return [split for split in there if split != UNFINISHED] or there


def lines_of_splits(taken: Sequence[str], images: Mapping[str, int]) -> Iterator[str]:
    """Say what leaves where no split was named, and what stays behind."""
    yield f"splits: {', '.join(taken)}"
    if UNFINISHED not in taken and (left := images.get(UNFINISHED)):
        what = "1 unfinished image" if left == 1 else f"{left:,} unfinished images"
        yield f"left out: {what}; --split {UNFINISHED} takes them, --split {ALL} everything"
