"""The columns of our Parquet files, as Hugging Face's `datasets` types them.

Written as its JSON, from which follow the files' own types and the card. A list of one says what
all of its items are, which every release of `datasets` reads.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

Feature: TypeAlias = Mapping[str, object] | Sequence[object]  # JSON; of a list one

IMAGE: Final = "image"
MASKS: Final = "masks"
AUDIO: Final = "audio"
TRACE: Final = "trace"
DECLARED: Final = "anneal.labels"  # of a file's own metadata: what labels tell beside their names
VOICES: Final = "voices"  # the folder, and the name, of the table of what people said


def features_of(classes: Sequence[str]) -> dict[str, Feature]:
    """Return all columns. A mask's label is the place of its class."""
    text, whole, number = (_value(each) for each in ("string", "int64", "float64"))
    side = _value("int32")
    segmentation = {"size": [side], "counts": text}  # COCO's RLE: height and width, runs
    mask = {
        "id": text,
        "label": {"names": list(classes), "_type": "ClassLabel"},
        "segmentation": segmentation,  # null where a box is all that is known
        "bbox": [number],  # x, y, width, height
        "area": whole,
        "iscrowd": _value("bool"),
        "parent": text,  # id of what it is a part of
        "z": side,  # above those that have less
        "caption": text,
        "attributes": text,  # JSON
        "predicted_iou": number,  # the model's estimates, where a model made it
        "stability_score": number,
        "extra": text,  # where it comes from, as JSON
    }
    return {
        IMAGE: {"_type": "Image"},
        "file_name": text,
        "height": side,
        "width": side,
        MASKS: [mask],
        "captions": [text],
        "split": text,
        "group": text,
        "sha256": text,  # of the image's file
    }


def voice_features() -> dict[str, Feature]:
    """Return the columns of what people said."""
    text, number, side = (_value(each) for each in ("string", "float64", "int32"))
    point = {"t": number, "x": number, "y": number}
    return {
        AUDIO: {"_type": "Audio"},  # null of those who do not agree to it, or took it back
        "text": text,
        "utterances": [{"text": text, "start_s": number, "end_s": number, "masks": [text]}],
        TRACE: [point],  # of the pointer: seconds, and shares of the image's sides
        "speaker": _value("int64"),
        "speaker_name": text,
        "recording": text,
        "recorded_at": text,
        "mask": text,  # id of the one that it is about; null: the image
        "maker": text,  # who corrected the text, or else the model that heard it
        "is_corrected": _value("bool"),
        "phrases": [{"first": side, "end": side, "masks": [text]}],  # of the utterances
        "image_sha256": text,
        "split": text,
    }


def _value(dtype: str) -> dict[str, object]:
    return {"dtype": dtype, "_type": "Value"}


def as_card(features: Mapping[str, Feature]) -> list[dict[str, object]]:
    """Return columns as the YAML of a card has them."""
    return [{"name": name, **_card_type(feature)} for name, feature in features.items()]


def _card_type(feature: object) -> dict[str, object]:
    if isinstance(feature, list):
        inner = _card_type(feature[0])
        is_plain = isinstance(inner.get("dtype"), str)
        return {"list": inner["dtype"] if is_plain else inner.get("struct", inner)}
    if not isinstance(feature, dict):
        raise TypeError(f"{feature!r:.60} is no feature")
    if "_type" not in feature:
        return {"struct": as_card(feature)}
    if feature["_type"] == "ClassLabel":
        names = {str(place): name for place, name in enumerate(feature["names"])}
        return {"dtype": {"class_label": {"names": names}}}
    return {"dtype": feature.get("dtype", str(feature["_type"]).lower())}
