"""The checks of a COCO file: each entry is taken as it is, or refused by its place."""

import re
from collections.abc import Callable
from typing import BinaryIO, Final

from engine.datasets.bounds import box_of, clipped
from engine.datasets.coco_entries import (
    CocoAnnotation,
    CocoCategory,
    CocoImage,
    Keeps,
    size_hw_in,
)
from engine.datasets.errors import DatasetError
from engine.datasets.json_stream import Element, iter_elements
from engine.datasets.naming import with_slashes
from engine.datasets.sample import Box
from engine.masks.rle import RLE
from engine.masks.validate import InvalidMaskError, rle_from_coco

_UNSAFE_NAME: Final = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]")


class CocoReader:
    """One reading of one file; annotations that come before the images take a second pass."""

    def __init__(
        self, name: str, keeps: Keeps, on_problem: Callable[[DatasetError], None] | None
    ) -> None:
        self.name = name
        self.keeps = keeps
        self.on_problem = on_problem
        self.has_images = False
        # Of an image, until another can be read: else it is the fault of the file as a whole.
        self.held_fault: DatasetError | None = None
        self.is_deferred = False

    def read(self, file: BinaryIO) -> None:
        """Hand over all that the file has.

        Raises:
            DatasetError: see `read_coco`.

        """
        start = file.tell()
        for element in iter_elements(file, self.name):
            self._add(element)
        if not self.has_images:
            raise self.held_fault or DatasetError("has no images", file=self.name)
        if self.is_deferred:
            file.seek(start)
            for element in iter_elements(file, self.name):
                if element.key == "annotations":
                    self._add_annotation(element)

    def _add(self, element: Element) -> None:
        if element.key == "info" and isinstance(element.value, dict):
            self.keeps.info = element.value
        elif element.key == "images":
            self._take(element, self._add_image)
        elif element.key == "categories":
            self._take(element, self._add_category)
        elif element.key == "annotations":
            if self.has_images:
                self._add_annotation(element)
            else:
                self.is_deferred = True

    def _take(self, element: Element, add: Callable[[Element], None]) -> None:
        """Add an entry, or report it and leave it out: a list that is none is refused."""
        try:
            add(element)
        except DatasetError as error:
            problem = error if error.file else self._fault(element, error.fault)
            if self.on_problem is None or element.place is None:
                raise problem from None
            if element.key == "images" and not self.has_images and self.held_fault is None:
                self.held_fault = problem
            else:
                self.on_problem(problem)

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
        file_name = fields.pop("file_name", None)
        path = with_slashes(file_name) if isinstance(file_name, str) else ""
        if not path or _UNSAFE_NAME.search(path):
            raise self._fault(element, "file_name must be a relative path inside the image folder")
        size_hw = size_hw_in(fields, element.place or 0, self.name)
        del fields["height"], fields["width"]
        group = fields.pop("group", None)
        told = None if group is None else str(group)
        if not self.keeps.add_image(CocoImage(image_id, path, size_hw, told, fields)):
            raise self._fault(element, f"a second image has the id {image_id}")
        self.has_images = True
        if self.held_fault is not None and self.on_problem is not None:
            self.on_problem(self.held_fault)
            self.held_fault = None

    def _add_category(self, element: Element) -> None:
        fields = self._fields(element)
        category_id = self._take_id(element, fields, "id")
        name = fields.pop("name", None)
        if not isinstance(name, str) or not name.strip():
            raise self._fault(element, "name must be text")
        if not self.keeps.add_category(CocoCategory(category_id, name, fields)):
            raise self._fault(element, f"a second category has the id {category_id}")

    def _add_annotation(self, element: Element) -> None:
        try:
            self.keeps.add_annotation(self._annotation(element), element.place or 0)
        except DatasetError as problem:
            if self.on_problem is None:
                raise
            self.on_problem(problem)

    def _annotation(self, element: Element) -> CocoAnnotation:
        fields = self._fields(element)
        if "segments_info" in fields:
            raise self._fault(element, "is panoptic: import its instances instead")
        annotation_id = self._take_id(element, fields, "id")
        image_id = self._take_id(element, fields, "image_id")
        size_hw = self.keeps.size_of(image_id)
        if size_hw is None:
            raise self._fault(element, f"image_id {image_id} names no image")
        caption = fields.pop("caption", None)
        if not isinstance(caption, str | None):
            raise self._fault(element, "caption must be text")
        category_id = self._category_id(element, fields, caption)
        rle = self._rle(element, fields.pop("segmentation", None), size_hw)
        bbox = None
        try:
            bbox = self._bbox(element, fields.pop("bbox", None))
            if bbox and rle is None and self.on_problem:  # told here by its place
                self._check_on_image(element, bbox, size_hw)
        except DatasetError as problem:
            is_all = rle is None and category_id is not None
            if self.on_problem is None or is_all:
                raise
            self.on_problem(problem)  # and the mask or the caption beside it stays
            bbox = None
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

    def _category_id(
        self, element: Element, fields: dict[str, object], caption: str | None
    ) -> int | None:
        """Take the class that every object has, but for one that is told by its caption.

        Of an image that is described as a whole it says nothing, and no category need be there.
        """
        is_object = fields.get("segmentation") or fields.get("bbox")
        if caption and not (is_object and "category_id" in fields):
            return None
        return self._take_id(element, fields, "category_id")

    def _rle(self, element: Element, segmentation: object, size_hw: tuple[int, int]) -> RLE | None:
        if segmentation is None or segmentation == []:
            return None  # a box or a caption
        try:
            return rle_from_coco(segmentation, size_hw)
        except InvalidMaskError as error:
            raise self._fault(element, f"segmentation: {error}") from None

    def _bbox(self, element: Element, value: object) -> Box | None:
        if value is None or value == []:
            return None
        try:
            return box_of(value)
        except DatasetError as error:
            raise self._fault(element, f"bbox: {error}") from None

    def _check_on_image(self, element: Element, bbox: Box, size_hw: tuple[int, int]) -> None:
        try:
            clipped(bbox, size_hw)
        except DatasetError as error:
            raise self._fault(element, f"bbox: {error}") from None


def unknown_category(category_id: int | None, name: str, place: int) -> DatasetError:
    """Return what is told of an annotation once all categories are known."""
    fault = f"category_id {category_id} names no category"
    return DatasetError(fault, file=name, field="annotations", index=place)
