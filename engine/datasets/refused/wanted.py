"""What is cut out of a file: entries by their places, and all that is told of some images."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from engine.datasets.files import Source
from engine.datasets.formats.pictures import is_image
from engine.datasets.naming import with_slashes

LINES: Final = ""  # the key of places that are lines
_MAX_NAME: Final = 2000  # letters: what is longer is no file's name
_MAX_DEPTH: Final = 20  # of an entry: no format names files further within
_UPLOADED: Final = 9  # letters that Label Studio puts in front of a file's name
Write: TypeAlias = Callable[[bytes], None]  # raises an error where there is no more room


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a file."""

    places: Mapping[str, frozenset[int]] = field(default_factory=dict)  # by the list they stand in
    images: frozenset[str] = frozenset()  # their names, without folders
    lost: frozenset[int] = frozenset()  # of the places, those whose image is not there

    def has(self, key: str, place: int) -> bool:
        return place in self.places.get(key, ())

    def met(self, value: object) -> set[str]:
        """Return the wanted images of which an entry tells."""
        if not self.images:
            return set()
        return {name for text in texts_in(value) for name in bare_names(text)} & self.images


@dataclass(slots=True)
class Kept:
    """What was kept of a file."""

    places: dict[tuple[str, int], int] = field(default_factory=dict)  # where entries stand now
    images: set[str] = field(default_factory=set)  # wanted ones of which it tells
    texts: set[str] = field(default_factory=set)  # that may name files which entries need

    def __bool__(self) -> bool:
        return bool(self.places or self.images)

    def note(self, wanted: Wanted, value: object) -> None:
        """Note the images of an entry that is kept, and the files that it names."""
        self.images |= wanted.met(value)
        self.texts |= {text for text in texts_in(value) if is_image(path_of(text))}


Cut: TypeAlias = Callable[[Source, str, Wanted, Write], Kept]  # raises DatasetError


def texts_in(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the texts of an entry that may be names. Lists of numbers are not gone through."""
    if isinstance(value, str):
        if len(value) <= _MAX_NAME:
            yield value
        return
    within: Iterable[object] = ()
    if isinstance(value, dict):
        within = value.values()
    elif isinstance(value, list) and value and isinstance(value[0], str | dict | list):
        within = value
    for each in within if depth < _MAX_DEPTH else ():
        yield from texts_in(each, depth + 1)


def path_of(text: str) -> str:
    """Return the path in an address, which may be a path alone."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return with_slashes(text)
    return with_slashes(parse_qs(parts.query).get("d", [unquote(parts.path)])[0])


def bare_names(text: str) -> Iterator[str]:
    """Yield how the file of an address may be called without its folders."""
    for name in {bare(with_slashes(text)), bare(path_of(text))}:
        yield name
        yield name[_UPLOADED:]


def bare(name: str) -> str:
    return name.rpartition("/")[2]
