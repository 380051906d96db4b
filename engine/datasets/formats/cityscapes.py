"""Cityscapes: polygons in JSON, and maps of class numbers and of class * 1000 + instance.

Layout: https://github.com/mcordts/cityscapesScripts. The polygons tell all, one for each object,
drawn over each other in their order; fields that Cityscapes does not know are passed over. The maps
are for whoever trains on them: there an object has the number of its class alone if it is a crowd,
or where 16 bits or a thousand instances do not suffice, which is counted and told. Classes are
named by `label_colors.txt` (CVAT).
"""

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from engine.canonical import canonical_json
from engine.datasets.files import Out
from engine.datasets.formats.cityscapes_read import COLOURS, GROUP, PER_CLASS, is_in, read
from engine.datasets.formats.fields import image_fields, object_fields
from engine.datasets.formats.format import Format
from engine.datasets.formats.maps import MAX_16_BIT, painted, palette, write_map
from engine.datasets.formats.pictures import write_image
from engine.datasets.naming import FreeNames
from engine.datasets.sample import TRAIN, UNLABELLED, Annotation, Dataset, Sample
from engine.datasets.traits import ALL, RECORDS, STACKED, Trait
from engine.masks.outlines import joined, outlines
from engine.masks.rle import decode

CITY: Final = "default"  # the folder of images that lie in none


def write(dataset: Dataset, out: Out) -> None:
    """Write the files of each image below `gtFine/SPLIT/CITY` and `leftImg8bit/SPLIT/CITY`."""
    names = ("background", *dataset.classes())
    numbers = {name: number for number, name in enumerate(names) if number}
    free = FreeNames()
    for sample in dataset.samples():
        folder = f"{sample.split or TRAIN}/{'' if '/' in sample.file_name else f'{CITY}/'}"
        placed = replace(sample, file_name=free.take(folder + sample.file_name))
        stem = f"gtFine/{placed.stem}_gtFine"
        with out.file(f"{stem}_polygons.json") as file:
            file.write(canonical_json(_polygons(sample, set(numbers))) + b"\n")
        drawn = [each for _, each in _drawn(sample)]
        _write_map(out, f"{stem}_instanceIds.png", sample, drawn, _instances(drawn, numbers))
        classes = [numbers[each.label or UNLABELLED] for each in drawn]
        _write_map(out, f"{stem}_labelIds.png", sample, drawn, classes)
        ending = PurePosixPath(sample.file_name).suffix
        write_image(sample, out, f"leftImg8bit/{placed.stem}_leftImg8bit{ending}")
    with out.file(COLOURS) as file:
        colours = palette()
        for number, name in enumerate(names):
            red, green, blue = colours[3 * number : 3 * number + 3] or b"\0\0\0"
            file.write(f"{red} {green} {blue} {name}\n".encode())


def _drawn(sample: Sample) -> list[tuple[int, Annotation]]:
    """Return objects with their places, those that lie on others after them."""
    return sorted(enumerate(sample.annotations), key=lambda pair: pair[1].z)


def _polygons(sample: Sample, names: set[str]) -> dict[str, object]:
    height, width = sample.size_hw
    objects = [
        {
            "label": _label(each, names),
            "polygon": _polygon(each),
            "place": place,
            **object_fields(each),
        }
        for place, each in _drawn(sample)
    ]
    told = image_fields(sample)
    own = {key: told[key] for key in told if key not in {"height", "width"}}
    return {"imgHeight": height, "imgWidth": width, "objects": objects, **own}


def _label(each: Annotation, names: set[str]) -> str:
    """Name a crowd as Cityscapes does, unless that is the name of a class."""
    name = each.label or UNLABELLED
    return name + GROUP if each.is_crowd and name + GROUP not in names else name


def _polygon(each: Annotation) -> list[list[int]]:
    if each.rle is None:
        raise ValueError("Cityscapes holds no boxes: they are to be left out")
    rings = [ring for part in outlines(decode(each.rle)) for ring in (part.ring, *part.holes)]
    corners: list[list[int]] = joined(rings).tolist()
    return corners


def _instances(drawn: list[Annotation], numbers: dict[str, int]) -> list[int]:
    counts: dict[int, int] = {}
    found = []
    for each in drawn:
        number = numbers[each.label or UNLABELLED]
        instance = counts[number] = counts.get(number, -1) + (not each.is_crowd)
        is_held = instance < room(number) and not each.is_crowd
        found.append(number * PER_CLASS + instance if is_held else number)
    return found


def room(number: int) -> int:
    """Return for how many objects of a class an image has numbers: from the 66th class on none."""
    return max(0, min(PER_CLASS, MAX_16_BIT + 1 - number * PER_CLASS))


def _write_map(
    out: Out, name: str, sample: Sample, drawn: list[Annotation], numbers: list[int]
) -> None:
    masks = ((n, each.rle) for n, each in zip(numbers, drawn, strict=True) if each.rle)
    write_map(out, name, painted(masks, sample.size_hw))


CITYSCAPES: Final = Format(
    "cityscapes",
    "Cityscapes",
    ALL - {Trait.BOXES},
    # Polygons may lie on each other there, too, but tools train and judge by the maps.
    RECORDS - {Trait.CROWDS, Trait.SPLITS} | STACKED,
    write,
    read,
    is_in,
    tells_splits=True,
    room=room,
)
