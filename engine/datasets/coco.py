"""COCO JSON in and out: masks exact, holes and detached parts included.

The reader takes instances with RLE or polygons, boxes and captions; it holds images and canonical
RLEs in memory, not the file. The writer streams, writes RLE only, and passes every other field
through, so that provenance travels.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, cast

from engine.canonical import canonical_json
from engine.datasets.errors import DatasetError
from engine.datasets.json_stream import Element, iter_elements
from engine.masks.rle import RLE, area, bbox_xywh
from engine.masks.validate import InvalidMaskError, rle_from_coco, validate_rle

__all__ = [
    "CocoAnnotation",
    "CocoCategory",
    "CocoDataset",
    "CocoImage",
    "DatasetError",
    "find_image",
    "read_coco",
    "write_coco",
]

_UNSAFE_NAME: Final = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class CocoImage:
    """An entry of `images`. `extra` keeps the fields that are not named here."""

    id: int
    file_name: str  # relative, with "/" and without ".."
    size_hw: tuple[int, int]
    group: str | None  # images of one group stay on one side of a split
    extra: dict[str, object]


@dataclass(frozen=True, slots=True)
class CocoCategory:
    """An entry of `categories`."""

    id: int
    name: str
    extra: dict[str, object]


@dataclass(frozen=True, slots=True)
class CocoAnnotation:
    """An entry of `annotations`: a mask, a box without one, or a caption."""

    id: int  # as in the file; some tools give one to two annotations
    image_id: int
    category_id: int | None
    rle: RLE | None
    told_xywh: tuple[float, float, float, float] | None  # its box, as the file has it
    is_crowd: bool
    caption: str | None
    extra: dict[str, object]

    @property
    def bbox_xywh(self) -> tuple[float, float, float, float] | None:
        """Return the mask's own box where there is one, or else what the file tells."""
        return self.told_xywh if self.rle is None else bbox_xywh(self.rle)


@dataclass(slots=True)
class CocoDataset:
    """A file's content, checked: every reference leads somewhere."""

    info: dict[str, object] = field(default_factory=dict)
    images: dict[int, CocoImage] = field(default_factory=dict)
    categories: dict[int, CocoCategory] = field(default_factory=dict)
    annotations: list[CocoAnnotation] = field(default_factory=list)


def read_coco(
    source: Path | BinaryIO, *, on_problem: Callable[[DatasetError], None] | None = None
) -> CocoDataset:
    """Read a COCO file. Raise DatasetError that names file, field and index.

    With `on_problem`, an annotation that cannot be used is reported there and left out; faults of
    images, categories or the JSON itself still raise.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            return _Reader(source.name, on_problem).read(file)
    return _Reader(Path(str(getattr(source, "name", "COCO file"))).name, on_problem).read(source)


def write_coco(
    out: BinaryIO,
    *,
    info: Mapping[str, object],
    categories: Iterable[Mapping[str, object]],
    images: Iterable[Mapping[str, object]],
    annotations: Iterable[Mapping[str, object]],
) -> None:
    """Write a COCO file, one entry at a time. Memory: the images' sizes.

    Entries have COCO's own keys; `segmentation` is an RLE, or not there where a `bbox` is all. An
    annotation's area, bbox and iscrowd are filled in; fields that COCO does not know are kept.
    """
    sizes: dict[object, tuple[int, int]] = {}

    def sized_images() -> Iterable[Mapping[str, object]]:
        for index, image in enumerate(images):
            sizes[image["id"]] = _size_hw(image, index, "")
            yield image

    out.write(b'{"info":' + canonical_json(dict(info)))
    _write_list(out, "categories", categories)
    _write_list(out, "images", sized_images())
    filled = (_filled(item, index, sizes) for index, item in enumerate(annotations))
    _write_list(out, "annotations", filled)
    out.write(b"}\n")


def _write_list(out: BinaryIO, key: str, items: Iterable[Mapping[str, object]]) -> None:
    out.write(b',\n"' + key.encode() + b'":[')
    for index, item in enumerate(items):
        out.write((b",\n" if index else b"\n") + canonical_json(dict(item)))
    out.write(b"]")


def _filled(
    annotation: Mapping[str, object], index: int, sizes: Mapping[object, tuple[int, int]]
) -> dict[str, object]:
    size_hw = sizes.get(annotation["image_id"])
    if size_hw is None:
        raise DatasetError("image_id names no image", field="annotations", index=index)
    if "segmentation" not in annotation:
        _, _, width, height = cast("tuple[float, float, float, float]", annotation["bbox"])
        return {"area": width * height, "iscrowd": 0, **annotation}
    try:
        rle = validate_rle(annotation["segmentation"], size_hw)
    except InvalidMaskError as error:
        raise DatasetError(f"segmentation: {error}", field="annotations", index=index) from None
    own = {"area": area(rle), "bbox": list(bbox_xywh(rle)), "iscrowd": 0}
    return {**own, **annotation, "segmentation": rle}


def _size_hw(image: Mapping[str, object], index: int, file: str) -> tuple[int, int]:
    height, width = image.get("height"), image.get("width")
    if type(height) is not int or type(width) is not int or min(height, width) < 1:
        fault = "height and width must be whole numbers above zero"
        raise DatasetError(fault, file=file, field="images", index=index)
    return height, width


class _Reader:
    """One reading of one file; annotations that come before the images take a second pass."""

    def __init__(self, name: str, on_problem: Callable[[DatasetError], None] | None) -> None:
        self.name = name
        self.on_problem = on_problem
        self.content = CocoDataset()
        self.is_deferred = False
        self.places: list[int] = []  # of each annotation in the file

    def read(self, file: BinaryIO) -> CocoDataset:
        start = file.tell()
        for element in iter_elements(file, self.name):
            self._add(element)
        if not self.content.images:
            raise DatasetError("has no images", file=self.name)
        if self.is_deferred:
            file.seek(start)
            for element in iter_elements(file, self.name):
                if element.key == "annotations":
                    self._add_annotation(element)
        self._check_categories()
        return self.content

    def _add(self, element: Element) -> None:
        if element.key == "info" and isinstance(element.value, dict):
            self.content.info = element.value
        elif element.key == "images":
            self._add_image(element)
        elif element.key == "categories":
            self._add_category(element)
        elif element.key == "annotations":
            if self.content.images:
                self._add_annotation(element)
            else:
                self.is_deferred = True

    def _fault(self, element: Element, fault: str) -> DatasetError:
        return DatasetError(fault, file=self.name, field=element.key, index=element.place)

    def _fields(self, element: Element) -> dict[str, object]:
        if element.place is None or not isinstance(element.value, dict):
            raise self._fault(element, "must be a list of objects")
        return dict(element.value)

    def _take_id(self, element: Element, fields: dict[str, object], key: str) -> int:
        value = fields.pop(key, None)
        if type(value) is not int:
            raise self._fault(element, f"{key} must be a whole number")
        return value

    def _add_image(self, element: Element) -> None:
        fields = self._fields(element)
        image_id = self._take_id(element, fields, "id")
        if image_id in self.content.images:
            raise self._fault(element, f"a second image has the id {image_id}")
        file_name = fields.pop("file_name", None)
        if not isinstance(file_name, str) or not file_name or _UNSAFE_NAME.search(file_name):
            raise self._fault(element, "file_name must be a relative path inside the image folder")
        size_hw = _size_hw(fields, element.place or 0, self.name)
        del fields["height"], fields["width"]
        group = fields.pop("group", None)
        self.content.images[image_id] = CocoImage(
            image_id, file_name, size_hw, None if group is None else str(group), fields
        )

    def _add_category(self, element: Element) -> None:
        fields = self._fields(element)
        category_id = self._take_id(element, fields, "id")
        name = fields.pop("name", None)
        if not isinstance(name, str) or not name.strip():
            raise self._fault(element, "name must be text")
        if category_id in self.content.categories:
            raise self._fault(element, f"a second category has the id {category_id}")
        self.content.categories[category_id] = CocoCategory(category_id, name, fields)

    def _add_annotation(self, element: Element) -> None:
        try:
            annotation = self._annotation(element)
        except DatasetError as problem:
            self._report(problem)
            return
        self.places.append(element.place or 0)
        self.content.annotations.append(annotation)

    def _annotation(self, element: Element) -> CocoAnnotation:
        fields = self._fields(element)
        if "segments_info" in fields:
            raise self._fault(element, "is panoptic: import its instances instead")
        annotation_id = self._take_id(element, fields, "id")
        image_id = self._take_id(element, fields, "image_id")
        image = self.content.images.get(image_id)
        if image is None:
            raise self._fault(element, f"image_id {image_id} names no image")
        caption = fields.pop("caption", None)
        if not isinstance(caption, str | None):
            raise self._fault(element, "caption must be text")
        category_id = None if caption else self._take_id(element, fields, "category_id")
        rle = self._rle(element, fields.pop("segmentation", None), image)
        bbox = self._bbox(element, fields.pop("bbox", None))
        fields.pop("area", None)
        if rle is None and bbox is None and caption is None:
            raise self._fault(element, "is of the image as a whole: it has no mask, box or caption")
        return CocoAnnotation(
            annotation_id,
            image_id,
            category_id,
            rle,
            bbox,
            bool(fields.pop("iscrowd", 0)),
            caption,
            fields,
        )

    def _rle(self, element: Element, segmentation: object, image: CocoImage) -> RLE | None:
        if segmentation is None or segmentation == []:
            return None  # a box or a caption
        try:
            return rle_from_coco(segmentation, image.size_hw)
        except InvalidMaskError as error:
            raise self._fault(element, f"segmentation: {error}") from None

    def _bbox(self, element: Element, value: object) -> tuple[float, float, float, float] | None:
        if value is None or value == []:
            return None
        if (
            not isinstance(value, list)
            or [type(number) in (int, float) for number in value] != [True] * 4
            or not all(abs(number) < 2**31 for number in value)
        ):
            raise self._fault(element, "bbox must be four numbers: x, y, width, height")
        x, y, width, height = map(float, value)
        return x, y, width, height

    def _check_categories(self) -> None:
        known = {None, *self.content.categories}
        kept = []
        for annotation, place in zip(self.content.annotations, self.places, strict=True):
            if annotation.category_id in known:
                kept.append(annotation)
                continue
            fault = f"category_id {annotation.category_id} names no category"
            self._report(DatasetError(fault, file=self.name, field="annotations", index=place))
        self.content.annotations = kept

    def _report(self, problem: DatasetError) -> None:
        if self.on_problem is None:
            raise problem
        self.on_problem(problem)


def find_image(folder: Path, file_name: str) -> Path:
    """Find an image that a COCO file names, with or without its folder's own name.

    Raises:
        ValueError: it is not there.

    """
    for path in (folder / file_name, folder.parent / file_name, folder / Path(file_name).name):
        if path.is_file():
            return path
    raise ValueError(f"{file_name} is not in {folder}")
