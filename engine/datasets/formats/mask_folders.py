"""Read folders of masks that no list describes, as microscopists have them: objects, no labels.

Maps of numbers are pairs `images/NAME` and `masks/NAME`, or NAME and NAME_masks (Cellpose). In the
2018 Data Science Bowl's layout `ID/images/ID.png` has a file for each object in `ID/masks/`.
Maps of classes that a table names are those of engine.datasets.formats.roboflow_masks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.format import Report
from engine.datasets.formats.maps import masks_in, read_bits, read_map, tell_unused
from engine.datasets.formats.pictures import Pictures, is_image
from engine.datasets.sample import Annotation, Sample

IMAGES: Final = "images"
_BESIDE: Final = ("masks", "maps")  # beside `images`
_KINDS: Final = (IMAGES, "masks")  # folders of one image and of its objects
_ENDINGS: Final = ("_masks", "_cp_masks", "_mask")
_DRAWN: Final = ("_cp_output", "_flows", "_outlines")  # what Cellpose draws beside for people


def other_maps(source: Source, report: Report) -> Iterator[Sample]:
    """Read the pairs, and images beside them that have no map. Each number but 0 is an object."""
    pictures = Pictures(source)
    maps = each_of_one(maps_beside(source), report)
    used = set(maps.values())
    folders = {PurePosixPath(image).parent for image in maps}
    for image in pictures.names:
        path = PurePosixPath(image)
        is_among_images = path.parent in folders or IMAGES in path.parts[:-1]
        is_bare = is_among_images and not (_is_map(image) or path.stem.endswith(_DRAWN))
        if image not in used and (image in maps or is_bare):
            try:
                yield _with_map(source, pictures, image, maps.get(image))
            except DatasetError as problem:
                report(problem)
    tell_unused(filter(_is_map, pictures.names), used | maps.keys(), report)


def each_of_one(pairs: Iterable[tuple[str, str]], report: Report) -> dict[str, str]:
    """Leave a map to one of the images that are called alike, which it would have drawn twice.

    The one of the map's own ending has it, or else the last.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for image, file in pairs:
        alike[file].append(image)
    maps = {}
    for file, images in alike.items():
        *others, owner = sorted(images, key=lambda each: _ending(each) == _ending(file))
        maps[owner] = file
        for image in others:
            fault = f"its map, {file}, is that of {owner}: it comes in without objects"
            report(DatasetError(fault, file=image))
    return maps


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _with_map(source: Source, pictures: Pictures, image: str, file: str | None) -> Sample:
    size_hw = pictures.size_of(image)
    masks = masks_in(read_map(source, file, size_hw), file) if file else ()
    annotations = tuple(Annotation(rle, id=str(number)) for number, rle in masks)
    return Sample(_name_of(image), size_hw, annotations, load_bytes=pictures.loader(image))


def other_files(source: Source, report: Report) -> Iterator[Sample]:
    """Read an image and its objects of each folder; of several images nothing tells whose they are.

    Those come in without objects.
    """
    pictures = Pictures(source)
    for folder, (images, masks) in _folders(source).items():
        if len(images) > 1 and masks:
            fault = f"nothing tells which of {len(images)} images the masks beside are of"
            report(DatasetError(fault, file=(folder / IMAGES).as_posix()))
        for image in images:
            try:
                size_hw = pictures.size_of(image)
            except DatasetError as problem:
                report(problem)
                continue
            objects = tuple(_objects(source, masks if len(images) == 1 else [], size_hw, report))
            path = PurePosixPath(image)
            name = path.name if path.stem == folder.name else _name_of(image)
            yield Sample(name, size_hw, objects, load_bytes=pictures.loader(image))
        if not images:
            tell_unused(masks, (), report)


def _objects(
    source: Source, masks: list[str], size_hw: tuple[int, int], report: Report
) -> Iterator[Annotation]:
    for name in masks:
        try:
            yield Annotation(read_bits(source, name, size_hw))
        except DatasetError as problem:
            report(problem)


def maps_beside(source: Source) -> Iterator[tuple[str, str]]:
    """Yield images that have a map beside them, and that."""
    by_stem: dict[str, str] = {}
    images = [name for name in source.names if is_image(name)]
    for name in images:
        by_stem.setdefault(_stem(name), name)
    for image in images:
        stem = _stem(image)
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


def files_are_in_folders(source: Source) -> bool:
    """Tell the layout by a folder with masks that its only image is called after."""
    return any(
        masks and [PurePosixPath(image).stem for image in images] == [folder.name]
        for folder, (images, masks) in _folders(source).items()
    )


def _folders(source: Source) -> dict[PurePosixPath, tuple[list[str], list[str]]]:
    """Return the images and the masks of each folder that has such."""
    files: dict[PurePosixPath, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for name in source.names:
        folder = PurePosixPath(name).parent
        if is_image(name) and folder.name in _KINDS:
            files[folder.parent][_KINDS.index(folder.name)].append(name)
    return files


def _is_map(name: str) -> bool:
    """Tell a file that is called as maps are, or lies in a folder of them."""
    folders = reversed(PurePosixPath(name).parts[:-1])
    kind = next((each for each in folders if each in {IMAGES, *_BESIDE}), IMAGES)
    return kind != IMAGES or _stem(name).endswith(_ENDINGS)


def _name_of(image: str) -> str:
    return "/".join(part for part in PurePosixPath(image).parts if part != IMAGES)


def _stem(name: str) -> str:
    return name.rpartition(".")[0]
