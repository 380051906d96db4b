"""ADE20K's scene parsing: for each image a map of class numbers, and a list of the classes.

Layout: http://sceneparsing.csail.mit.edu/ (ADEChallengeData2016): `images/SPLIT/NAME`,
`annotations/SPLIT/NAME.png` with 0 for what has no class, `objectInfo150.txt`. `index.jsonl` is
ours and has a line for each image. The full ADE20K is read too: see engine.datasets.formats.ade20k.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from engine.canonical import canonical_json
from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.formats import ade20k
from engine.datasets.formats.class_lists import agreed, names_in_lines
from engine.datasets.formats.fields import image_fields, sample_of
from engine.datasets.formats.format import Format, Report
from engine.datasets.formats.maps import masks_in, painted, palette, read_map, write_map
from engine.datasets.formats.pictures import Pictures, is_image, write_image
from engine.datasets.json_lines import iter_objects
from engine.datasets.sample import (
    TRAIN,
    UNLABELLED,
    Annotation,
    Dataset,
    Sample,
    label_or_none,
    labels_of,
)
from engine.datasets.traits import Trait
from engine.masks.rle import RLE, united

CLASSES: Final = "objectInfo.txt"
INDEX: Final = "index.jsonl"
MAPS: Final = "annotations"
IMAGES: Final = "images"
_LISTS: Final = re.compile(r"objectInfo[0-9]*\.(txt|csv)|object[0-9]*_info\.csv|classes\.txt")
_NOTHING: Final = ("background", "unlabeled", "other", "void")  # a first line that is class 0


def write(dataset: Dataset, out: Out) -> None:
    """Write the list, the index, and each image with its map, in the folder of its split."""
    numbers = {name: number for number, name in enumerate(dataset.classes(), start=1)}
    with out.file(CLASSES) as file:
        file.write(b"Idx\tName\n")
        for name, number in numbers.items():
            file.write(f"{number}\t{name}\n".encode())
    with out.file(INDEX) as file:
        for sample in dataset.samples():
            classes = [each.label or UNLABELLED for each in sample.annotations]
            line = image_fields(sample) | {"annotation": _map_of(sample), "classes": classes}
            file.write(canonical_json(line) + b"\n")
    for sample in dataset.samples():
        masks = ((numbers[each.label or UNLABELLED], each.rle) for each in sample.annotations)
        numbered = painted(((n, rle) for n, rle in masks if rle), sample.size_hw)
        write_map(out, _map_of(sample), numbered, palette())
        write_image(sample, out, f"{IMAGES}/{sample.split or TRAIN}/{sample.file_name}")


def _map_of(sample: Sample) -> str:
    return f"{MAPS}/{sample.split or TRAIN}/{sample.stem}.png"


def read(source: Source, report: Report) -> Dataset:
    """Read one object for each class in a map; a list may have several numbers of one name.

    Raises:
        DatasetError: there is no list of classes, it is not one, or several of one name differ.

    """
    if ade20k.is_in(source):
        return ade20k.read(source, report)
    names = _class_names(source)
    index = _index(source)
    pairs = list(_pairs(source))
    maps = {name for name, _ in pairs}
    pictures = Pictures(source, maps.__contains__)

    def samples() -> Iterator[Sample]:
        for name, image in pairs:
            try:
                sample = _sample(source, name, image, index.get(name, {}), names, report)
            except DatasetError as problem:
                report(problem)
                continue
            yield replace(sample, load_bytes=pictures.loader(image) if image else None)

    return Dataset(labels_of(names[number] for number in sorted(names) if number), samples)


def is_in(source: Source) -> bool:
    pairs = list(_pairs(source))
    bare = {PurePosixPath(name).name for name in source.names}
    is_listed = any(_LISTS.fullmatch(name) and name != "classes.txt" for name in bare)
    return any(image for _, image in pairs) or bool(pairs and is_listed) or ade20k.is_in(source)


def _pairs(source: Source) -> Iterator[tuple[str, str | None]]:
    """Yield each map and the image that lies in `images` as it does in `annotations`."""
    images = {name.rpartition(".")[0]: name for name in source.names if is_image(name)}
    for name in source.names:
        parts = PurePosixPath(name).with_suffix("").parts
        if name.endswith(".png") and MAPS in parts[:-1]:
            at = parts.index(MAPS)
            image = images.get("/".join([*parts[:at], IMAGES, *parts[at + 1 :]]))
            yield name, image


def _class_names(source: Source) -> dict[int, str]:
    """Read the first list, and those of its name, which must be equal."""
    files: dict[str, list[str]] = {}
    for name in source.names:
        if _LISTS.fullmatch(bare := PurePosixPath(name).name):
            files.setdefault(bare, []).append(name)
    lists = next(iter(files.values()), None)
    if lists is None:
        raise DatasetError("no list of classes is there, as objectInfo150.txt or classes.txt is")
    return agreed(source, lists, _names_in)


def _names_in(source: Source, file: str) -> dict[int, str]:
    """Read a table with a number and a name in each line, or names alone, from 1."""
    text = source.read(file).decode("utf-8-sig", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if "Name" not in (lines or [""])[0]:
        alone = names_in_lines(text, file)
        first = 0 if alone and alone[0].lower() in _NOTHING else 1
        return dict(enumerate(alone, start=first))
    names = {}
    for place, line in enumerate(lines[1:], start=2):
        row = dict(zip(_cells(lines[0], file), _cells(line, file), strict=False))
        number, name = row.get("Idx", "").strip(), row.get("Name", "").strip()
        if not re.fullmatch("[0-9]{1,5}", number) or not name:
            raise DatasetError("each line must have an Idx and a Name", file=file, index=place)
        names[int(number)] = name
    return names


def _cells(line: str, file: str) -> list[str]:
    """Split a line at its tabs, or at the commas of a CSV."""
    if not file.endswith(".csv"):
        return [cell.strip() for cell in line.split("\t")]
    try:
        return next(csv.reader([line]))
    except csv.Error as error:
        raise DatasetError(f"not CSV: {error}", file=file) from None


def _index(source: Source) -> dict[str, dict[str, object]]:
    """Read what ours tells of images, by the names of their maps."""
    told = {}
    for name in source.names:
        if PurePosixPath(name).name == INDEX:
            folder = name.removesuffix(INDEX)
            with source.file(name) as file:
                for _, line in iter_objects(file):
                    told[f"{folder}{line.get('annotation')}"] = line
    return told


def _sample(
    source: Source,
    name: str,
    image: str | None,
    told: Mapping[str, object],
    names: Mapping[int, str],
    report: Report,
) -> Sample:
    numbers = read_map(source, name)
    found: defaultdict[str, list[RLE]] = defaultdict(list)
    for number, rle in masks_in(numbers, name):
        if number in names:
            found[names[number]].append(rle)
        else:
            report(DatasetError(f"number {number} is none of a class", file=name))
    order = told.get("classes")
    listed = [each for each in order if isinstance(each, str)] if isinstance(order, list) else []
    annotations = tuple(
        Annotation(united(found[each]), label_or_none(each))
        for each in dict.fromkeys([*listed, *found])
        if each in found
    )
    split, own = _split_and_name(image or name)
    file_name = told.get("file_name")
    height, width = numbers.shape
    sample = sample_of(told, file_name if isinstance(file_name, str) else own, (height, width))
    return replace(sample, annotations=annotations, split=split)


def _split_and_name(name: str) -> tuple[str | None, str]:
    parts = list(PurePosixPath(name).parts)
    at = next(place for place, part in enumerate(parts) if part in {MAPS, IMAGES})
    rest = parts[at + 1 :]
    return (rest[0], "/".join(rest[1:])) if len(rest) > 1 else (None, rest[0])


ADE: Final = Format(
    "ade",
    "ADE20K semantic segmentation",
    frozenset(
        {
            Trait.MASKS,
            Trait.LABELS,
            Trait.CAPTIONS,
            Trait.SPLITS,
            Trait.GROUPS,
            Trait.DIGESTS,
            Trait.EMPTY,
        }
    ),
    frozenset({Trait.CAPTIONS, Trait.GROUPS, Trait.DIGESTS}),
    write,
    read,
    is_in,
    tells_splits=True,
)
