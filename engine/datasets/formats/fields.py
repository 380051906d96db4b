"""What an image or an object tells of itself beside its mask, as fields of JSON and back.

Formats put these among fields of their own, or where strangers pass them over.
"""

from collections.abc import Collection, Mapping
from typing import Final

from engine.canonical import canonical_json
from engine.datasets.bounds import FAR
from engine.datasets.formats.checked import NO_TEXT
from engine.datasets.naming import safe_name
from engine.datasets.sample import Annotation, Box, Sample, Value
from engine.masks.rle import RLE

_NOTHING: Final = Annotation(None)
_OF_OBJECT: Final = {
    "id": "id",
    "parent": "parent",
    "z": "z",
    "iscrowd": "is_crowd",
    "caption": "caption",
    "attributes": "attributes",
    "predicted_iou": "predicted_iou",
    "stability_score": "stability_score",
    "extra": "extra",
}
_OF_IMAGE: Final = ("split", "group", "sha256", "captions")


def object_fields(each: Annotation) -> dict[str, object]:
    """Return all but mask, box and label, without what says nothing."""
    told = {key: getattr(each, name) for key, name in _OF_OBJECT.items()}
    return {
        key: dict(value) if isinstance(value, Mapping) else value
        for key, value in told.items()
        if value != getattr(_NOTHING, _OF_OBJECT[key])
    }


def annotation_of(
    told: Mapping[str, object],
    rle: RLE | None,
    label: str | None,
    *,
    box_xywh: Box | None = None,
    native: Collection[str] = (),
) -> Annotation:
    """Read fields that anyone may have written; those that nobody knows, native or ours, stay."""
    unknown = {key: told[key] for key in told if key not in _OF_OBJECT and key not in native}
    extra, z, caption = told.get("extra"), told.get("z"), told.get("caption")
    return Annotation(
        rle,
        label,
        None if rle else box_xywh,
        _text(told.get("id")) or "",
        _text(told.get("parent")),
        z if type(z) is int and abs(z) < FAR else 0,
        told.get("iscrowd") in (1, True),
        _text(caption),
        values_of(told.get("attributes")),
        number_of(told.get("predicted_iou")),
        number_of(told.get("stability_score")),
        json_of({**unknown, **extra} if isinstance(extra, dict) else unknown),
    )


def image_fields(sample: Sample) -> dict[str, object]:
    """Return all that is told of an image, without what says nothing."""
    height, width = sample.size_hw
    told = {key: getattr(sample, key) for key in _OF_IMAGE}
    return {"file_name": sample.file_name, "height": height, "width": width} | {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in told.items()
        if value
    }


def sample_of(told: Mapping[str, object], file_name: str, size_hw: tuple[int, int]) -> Sample:
    """Read fields that anyone may have written; the image's name and size are known by now."""
    listed = told.get("captions")
    captions = listed if isinstance(listed, list) else []
    return Sample(
        safe_name(NO_TEXT.sub("_", file_name)),
        size_hw,
        captions=tuple(text for each in captions if (text := _text(each))),
        split=_text(told.get("split")),
        group=_text(told.get("group")),
        sha256=_text(told.get("sha256")),
    )


def text_of(value: object) -> str | None:
    """Return a text that is one, and not empty."""
    is_text = isinstance(value, str) and value and not NO_TEXT.search(value)
    return str(value) if is_text else None


def _text(value: object) -> str | None:
    """Take identities that are numbers as text."""
    is_whole = type(value) is int and abs(value) < FAR**2
    return str(value) if is_whole else text_of(value)


def json_of(value: dict[str, object]) -> dict[str, object]:
    """Pass over what cannot be written again."""
    try:
        canonical_json(value)
    except (ValueError, RecursionError):
        return {}
    return value


def values_of(value: object) -> dict[str, Value]:
    items = value.items() if isinstance(value, dict) else ()
    return {
        key: each
        for key, each in items
        if text_of(key)
        and (each in ("", True, False) or text_of(each) or number_of(each) is not None)
    }


def number_of(value: object) -> float | None:
    """Pass over what is no number of any use: JSON's 1e999 is infinite."""
    is_number = type(value) in (int, float) and abs(value) < FAR  # type: ignore[arg-type]  # numbers
    return float(value) if is_number else None  # type: ignore[arg-type]  # just told
