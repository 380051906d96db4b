"""Read folders of masks that no list describes, as microscopists have them: objects, no labels.

Maps of numbers are pairs `images/NAME` and `masks/NAME`, or NAME and NAME_masks (Cellpose). In the
2018 Data Science Bowl's layout `ID/images/ID.png` has a file for each object in `ID/masks/`.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.format import Report
from engine.datasets.formats.maps import masks_in, read_bits, read_map
from engine.datasets.formats.pictures import Pictures, is_image
from engine.datasets.sample import Annotation, Sample

IMAGES: Final = "images"
_BESIDE: Final = ("masks", "maps")  # beside `images`
_ENDINGS: Final = ("_masks", "_cp_masks", "_mask")


def other_maps(source: Source, report: Report) -> Iterator[Sample]:
    """Read the pairs. Each number but 0 is an object."""
    pictures = Pictures(source)
    for image, name in maps_beside(source):
        try:
            size_hw = pictures.size_of(image)
            masks = list(masks_in(read_map(source, name, size_hw), name))
        except DatasetError as problem:
            report(problem)
            continue
        annotations = tuple(Annotation(rle, id=str(number)) for number, rle in masks)
        parts = [part for part in PurePosixPath(image).parts if part != IMAGES]
        loader = pictures.loader(image)
        yield Sample("/".join(parts), size_hw, annotations, load_bytes=loader)


def other_files(source: Source, report: Report) -> Iterator[Sample]:
    """Read an image and its objects of each folder."""
    pictures = Pictures(source)
    for image, names in masks_of_folders(source):
        masks = []
        try:
            size_hw = pictures.size_of(image)
        except DatasetError as problem:
            report(problem)
            continue
        for name in names:
            try:
                masks.append(Annotation(read_bits(source, name, size_hw)))
            except DatasetError as problem:
                report(problem)
        name = PurePosixPath(image).name
        yield Sample(name, size_hw, tuple(masks), load_bytes=pictures.loader(image))


def maps_beside(source: Source) -> Iterator[tuple[str, str]]:
    """Yield images that have a map beside them, and that."""
    by_stem = {_stem(name): name for name in source.names if is_image(name)}
    for stem, image in by_stem.items():
        parts = stem.split("/")
        stems = [
            "/".join([*parts[:place], folder, *parts[place + 1 :]])
            for place, part in enumerate(parts[:-1])
            if part == IMAGES
            for folder in _BESIDE
        ]
        stems += [each + ending for each in (stem, *stems) for ending in _ENDINGS]
        if found := next((by_stem[each] for each in stems if each in by_stem), None):
            yield image, found


def masks_of_folders(source: Source) -> Iterator[tuple[str, list[str]]]:
    """Yield the image of each folder that is named for it, and the masks there."""
    files: dict[tuple[PurePosixPath, str], list[str]] = defaultdict(list)
    for name in source.names:
        path = PurePosixPath(name)
        if is_image(name):
            files[path.parent.parent, path.parent.name].append(name)
    for (folder, kind), names in files.items():
        if kind == IMAGES and [PurePosixPath(name).stem for name in names] == [folder.name]:
            yield names[0], files.get((folder, "masks"), [])


def _stem(name: str) -> str:
    return name.rpartition(".")[0]
