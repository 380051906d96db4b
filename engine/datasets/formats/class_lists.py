"""Lists of classes by whose numbers all labels of an archive are read: several must be equal."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source

T = TypeVar("T")
_ONE_LIST: Final = "import what is numbered by one list apart from the rest"
_BLANK: Final = (
    "nobody knows whether it counts where classes are numbered; name a class or leave it out"
)


def agreed(source: Source, files: Sequence[str], read: Callable[[Source, str], T]) -> T:
    """Return what the first of some lists says, and all others say as well.

    Raises:
        DatasetError: one differs: the labels of a folder would be swapped.

    """
    first, *others = files
    classes = read(source, first)
    for other in others:
        if read(source, other) != classes:
            raise DatasetError(f"lists other classes than {first}: {_ONE_LIST}", file=other)
    return classes


def names_in_lines(text: str, file: str) -> list[str]:
    """Return the names that a file lists, which are numbered by their lines.

    Raises:
        DatasetError: one above others is blank: tools count it or not, which shifts the others.

    """
    names = [line.strip() for line in text.rstrip().splitlines()]
    if "" in names:
        raise DatasetError(f"is blank: {_BLANK}", file=file, index=names.index("") + 1)
    return names
