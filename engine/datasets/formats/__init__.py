"""One module for each format in which datasets come and go."""

from collections.abc import Mapping
from typing import Final

from engine.datasets.formats.coco import COCO
from engine.datasets.formats.format import Format, export
from engine.datasets.formats.yolo import YOLO_DETECTION, YOLO_SEGMENTATION

__all__ = ["FORMATS", "Format", "export"]

FORMATS: Final[Mapping[str, Format]] = {
    each.name: each for each in (COCO, YOLO_SEGMENTATION, YOLO_DETECTION)
}
