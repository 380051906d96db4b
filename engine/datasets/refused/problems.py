"""What was refused of a dataset, told by the files in which it stands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, TarSource
from engine.datasets.formats.pictures import Pictures
from engine.datasets.refused.kinds import cut_of, is_of_one_image, lists_images
from engine.datasets.refused.wanted import LINES, Wanted, bare

_FIELD: Final = re.compile(r"(?P<key>[A-Za-z_]+)(\[(?P<place>\d+)\])?(?P<rest>.*)", re.DOTALL)
# After these a reader of JSON or of its lines reads nothing more of the file.
_ENDS: Final = (
    *("not JSON", "not XML", "must be a JSON object"),
    *("the line is too long", "the text is not UTF-8"),
)
# What is told of a row whose image is not there, or not known.
_LOST: Final = re.compile(
    "the image is not there|must be a list of objects|image_id (.* names no image|must be)"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """One problem: the file in which it stands, or else the image that it is of."""

    problem: DatasetError
    file: str = ""
    image: str = ""  # without its folders
    key: str = LINES
    place: int | None = None  # in the list of that key, or a line; None: the file as a whole


@dataclass(frozen=True, slots=True)
class Sorted:
    """Problems, and what is wanted because of them."""

    all: list[Refused]
    files: dict[str, Wanted]  # that are cut down
    whole: list[str]  # files that are not
    images: frozenset[str]  # of which all that is told is wanted, without folders
    stems: frozenset[str]  # their names without ending

    def is_called_as_one(self, name: str) -> bool:
        """Tell a file that is called as one of the images is."""
        return PurePosixPath(name).stem in self.stems


def sort_out(source: Source, form: str, problems: Iterable[DatasetError]) -> Sorted:
    """Find the file and the entry of each problem."""
    by_bare: dict[str, list[str]] = {}
    for name in source.names:
        by_bare.setdefault(bare(name), []).append(name)
    pictures = Pictures(source)
    refused = [
        _placed(problem, _file_of(source, by_bare, problem.file), form, pictures)
        for problem in problems
    ]
    images = frozenset(each.image for each in refused if each.image)
    whole = dict.fromkeys(each.file for each in refused if each.file and each.place is None)
    told: dict[str, list[Refused]] = {}
    for each in refused:
        if each.place is not None:
            told.setdefault(each.file, []).append(each)
    listing = [name for name in source.names if images and lists_images(form, name)]
    stems = frozenset(PurePosixPath(each).stem for each in images)
    listing.sort(key=lambda name: PurePosixPath(name).stem not in stems)  # the likely ones first
    files = {
        name: _wanted(told.get(name, []), images)
        for name in dict.fromkeys([*told, *listing])
        if name not in whole
    }
    return Sorted(refused, files, list(whole), images, stems)


def _wanted(told: Iterable[Refused], images: frozenset[str]) -> Wanted:
    places: dict[str, set[int]] = {}
    lost = set()
    for each in told:
        if each.place is not None:
            places.setdefault(each.key, set()).add(each.place)
            if _LOST.match(each.problem.fault):
                lost.add(each.place)
    return Wanted({key: frozenset(of) for key, of in places.items()}, images, frozenset(lost))


def _file_of(source: Source, by_bare: dict[str, list[str]], told: str) -> str:
    """Return the file that is meant; some readers tell it without its folders, or with more."""
    if not told:
        return ""
    for name in (told, told.partition(": ")[0]):
        alike = by_bare.get(bare(name), [])
        if name in alike:
            return name
        if len(alike) == 1 and alike[0].endswith(f"/{name}"):
            return alike[0]
        if isinstance(source, TarSource) and name == source.shard:
            return name
    return ""


def _placed(problem: DatasetError, file: str, form: str, pictures: Pictures) -> Refused:
    if not file or pictures.has(file):
        return Refused(problem, file, bare(file or problem.file))
    if ": " in problem.field:  # panoptic: the map, and the place in its list of segments
        return Refused(problem, image=bare(problem.field.partition(": ")[0]))
    if is_of_one_image(form, file):
        return Refused(problem, file, key=problem.field, place=problem.index or 0)
    told = _FIELD.fullmatch(problem.field)
    is_odd = told["rest"] and not told["place"] if told else problem.field
    if cut_of(form, file) is None or is_odd or problem.fault.startswith(_ENDS):
        return Refused(problem, file)
    if told and told["place"]:
        return Refused(problem, file, key=told["key"], place=int(told["place"]))
    return Refused(problem, file, key=problem.field, place=problem.index)
