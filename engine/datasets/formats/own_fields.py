"""Fields of ours beside those of other tools, and images and objects put together from both.

What a format has no field for stands in one object of ours, OWN, which whoever does not know it
passes over.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from engine.datasets.formats.checked import checked_text, plain
from engine.datasets.formats.fields import annotation_of, image_fields, object_fields, sample_of
from engine.datasets.sample import Annotation, Box, Sample
from engine.masks.rle import RLE

OWN: Final = "anneal"
Fields: TypeAlias = Mapping[str, object]


def own_of(fields: Fields) -> Fields | None:
    """Return our fields, or None where another tool wrote.

    Raises:
        DatasetError: they hold what could not be written again.

    """
    own = fields.get(OWN)
    return plain(own) if isinstance(own, dict) else None


def told_beside(native: Fields, each: Annotation) -> dict[str, object]:
    """Return what is told of an object but for what the format's own fields tell as well."""
    told = object_fields(each)
    return {key: told[key] for key in told if native.get(key) != told[key]}


def image_beside(native: Collection[str], sample: Sample) -> dict[str, object]:
    """Do the same for an image, whose size every tool has fields for."""
    told = image_fields(sample)
    return {key: told[key] for key in told if key not in {"height", "width", *native}}


def read_object(
    own: Fields | None,
    native: Fields,
    rle: RLE | None,
    label: str | None,
    box_xywh: Box | None = None,
) -> Annotation:
    """Put together what the format's fields and ours tell; beside ours no other origin counts."""
    told = native if own is None else {**native, "extra": {}, **own}
    return annotation_of(told, rle, label, box_xywh=box_xywh)


def read_image(
    own: Fields | None, file_name: str, size_hw: tuple[int, int], split: str | None
) -> Sample:
    """Do the same for an image. Of another tool's the split is told by what lies around it."""
    if own is None:
        return replace(sample_of({}, checked_text(file_name), size_hw), split=split)
    return sample_of(own, checked_text(own.get("file_name", file_name)), size_hw)
