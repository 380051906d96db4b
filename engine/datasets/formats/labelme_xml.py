"""LabelMe of MIT: an XML for each image, polygons or boxes in it, masks as PNGs beside.

Layout: `Annotations/FOLDER/NAME.xml`, `Images/FOLDER/NAME` and `Masks/FOLDER/NAME_mask_ID.png`
(https://github.com/CSAILVision/LabelMeAnnotationTool). What is marked as deleted is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import checked_text, label_of, placed
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.pictures import Pictures, first_folder, split_and_name
from engine.datasets.formats.shapes import Size, box_around, pasted, polygon, size
from engine.datasets.naming import with_slashes
from engine.datasets.places import MAX_BYTES
from engine.datasets.sample import Annotation, Box, Dataset, Sample, Value, labels_of, related
from engine.datasets.xml_elements import Element, iter_children, read_root
from engine.masks.rle import RLE
from engine.media.bitmaps import read_bitmap
from engine.media.errors import MediaError

MASKS: Final = "Masks"
FOLDERS: Final = ("Annotations", "Images", MASKS)
_PROBED: Final = 20  # files before others are taken for another format's
_SIZE: Final = "imagesize"
_OBJECT: Final = "object"


def read(source: Source, report: Report) -> Dataset:
    """Read all XML files, each twice: first for the labels that it uses."""
    pictures = Pictures(source, lambda name: first_folder(name, FOLDERS) == MASKS)
    files = [name for name in source.names if name.endswith(".xml")]

    def samples() -> Iterator[Sample]:
        for name in files:
            try:
                yield _Reader(source, name, pictures, report).sample()
            except ValueError as error:
                report(placed(error, file=name))

    return Dataset(labels_of(label for name in files for label in _labels(source, name)), samples)


def is_in(source: Source) -> bool:
    names = (name for name in source.names if name.endswith(".xml"))
    return any(_is_ours(source, name) for name in islice(names, _PROBED))


def _is_ours(source: Source, name: str) -> bool:
    """Tell it from VOC, whose root has the same name, but whose size another."""
    try:
        with source.file(name) as file:
            children = iter_children(file, name)
            if next(children).tag != "annotation":
                return False
            return any(_tells(each) for each in children)
    except DatasetError:
        return False


def _tells(element: Element) -> bool:
    drawn = element.tag == _OBJECT and any(each.tag in {"polygon", "segm"} for each in element)
    return element.tag == _SIZE or (drawn and element.find("deleted") is not None)


def _labels(source: Source, name: str) -> Iterator[str]:
    try:
        root = read_root(source.read(name), name)
    except DatasetError:  # told when the image is read
        return
    for item in root.iter(_OBJECT):
        if label := _text(item, "name"):
            yield label


def _text(item: Element, path: str) -> str:
    return item.findtext(path, "").strip()


@dataclass(frozen=True, slots=True)
class _Reader:
    """The reading of one XML."""

    source: Source
    name: str
    pictures: Pictures
    report: Report

    def sample(self) -> Sample:
        root = read_root(self.source.read(self.name), self.name)
        if root.tag != "annotation":
            raise ValueError("must be an <annotation>")
        image = self._beside("Images", checked_text(_text(root, "filename")) or "image")
        rows, columns = _text(root, f"{_SIZE}/nrows"), _text(root, f"{_SIZE}/ncols")
        is_told = _is_whole(rows) and _is_whole(columns)
        size_hw = size(int(rows), int(columns)) if is_told else self.pictures.size_of(image)
        split, name = split_and_name(image, FOLDERS)
        return Sample(
            name,
            size_hw,
            related(list(self._objects(root, size_hw))),
            split=split,
            load_bytes=self.pictures.loader(image),
        )

    def _beside(self, folder: str, name: str) -> str:
        """Return where a file of another folder lies; only its bare name is trusted."""
        parts = PurePosixPath(self.name).parent.parts
        moved = [folder if part == FOLDERS[0] else part for part in parts]
        return "/".join([*moved, PurePosixPath(with_slashes(name)).name])

    def _objects(self, root: Element, size_hw: Size) -> Iterator[Annotation]:
        for place, item in enumerate(root.iter(_OBJECT), start=1):
            if _text(item, "deleted") == "1":
                continue
            try:
                yield self._object(item, size_hw)
            except ValueError as error:
                fault = DatasetError(str(error), file=self.name, field=_OBJECT, index=place)
                self.report(fault)

    def _object(self, item: Element, size_hw: Size) -> Annotation:
        rle, box = self._drawn(item, size_hw)
        told = {key: _text(item, path) for key, path in _ORIGINS.items()}
        return Annotation(
            rle,
            label_of(_text(item, "name")),
            box,
            _text(item, "id"),
            _text(item, "parts/ispartof") or None,
            attributes=_attributes(item),
            extra={key: text for key, text in told.items() if text},
        )

    def _drawn(self, item: Element, size_hw: Size) -> tuple[RLE | None, Box | None]:
        if file := _text(item, "segm/mask"):
            name = self._beside(MASKS, file)
            try:
                data = self.source.read(name, MAX_BYTES)
                mask = read_bitmap(data, max_pixels=size_hw[0] * size_hw[1])
            except MediaError as error:
                raise ValueError(f"{name}: {error}") from None
            if mask.shape != size_hw:
                raise ValueError(f"{name}: mask has not the image's size")
            return pasted(mask, (0, 0), size_hw), None
        corners = [(_number(each, "x"), _number(each, "y")) for each in item.iterfind("polygon/pt")]
        if _text(item, "type") == "bounding_box":
            return None, box_around(corners)
        return polygon(corners, size_hw), None


_ORIGINS: Final = {"username": "polygon/username", "by": "segm/username", "date": "date"}


def _is_whole(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) < len("1000000")


def _number(item: Element, tag: str) -> float:
    try:
        return float(_text(item, tag))
    except ValueError:
        raise ValueError(f"{tag} of a corner must be a number") from None


def _attributes(item: Element) -> dict[str, Value]:
    """Read what people wrote, KEY=VALUE or words, between commas."""
    found: dict[str, Value] = {"occluded": True} if _text(item, "occluded") == "yes" else {}
    for each in _text(item, "attributes").split(","):
        key, _, value = each.strip().partition("=")
        if key:
            found[key] = value or True
    return found


LABELME_XML: Final = Reader("labelme_xml", "LabelMe XML (MIT)", read, is_in)
