"""Write Parquet files with a row for each image.

engine.datasets.formats.late says who loads this.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from engine.canonical import canonical_json
from engine.datasets.files import Out
from engine.datasets.formats.huggingface_features import IMAGE, MASKS, features_of
from engine.datasets.formats.parquet_table import Row, Table, WrittenFile, write_table
from engine.datasets.sample import DECLARED_SINCE, UNLABELLED, Annotation, Dataset, Sample
from engine.masks.rle import area, bbox_xywh

FOLDER: Final = "data"
_OBJECT_BYTES: Final = 200  # beside its runs


def write_files(dataset: Dataset, out: Out) -> list[WrittenFile]:
    """Write `data/SPLIT-00000-of-0000N.parquet` and so on."""
    classes = dataset.classes()
    places = {name: place for place, name in enumerate(classes)}
    table = Table(
        FOLDER,
        features_of(classes),
        items=dataset.samples,
        split_of=lambda sample: sample.split,
        weight_of=lambda sample: _weight(sample, dataset),
        row_of=lambda sample: _row(sample, places, dataset),
        bytes_of=_bytes_of,
        declared=_declared(dataset),
    )
    return write_table(table, out)


def _declared(dataset: Dataset) -> str | None:
    is_told = dataset.edition >= DECLARED_SINCE
    return _json({each.name: dict(each.extra) for each in dataset.labels if each.extra and is_told})


def _weight(sample: Sample, dataset: Dataset) -> int:
    """Guess bytes without loading any: a photo has less than one a pixel."""
    height, width = sample.size_hw
    has_image = dataset.has_images and sample.load_bytes is not None
    runs = (len(each.rle["counts"]) if each.rle else 0 for each in sample.annotations)
    return has_image * height * width + sum(each + _OBJECT_BYTES for each in runs)


def _bytes_of(row: Row) -> int:
    image, masks = row[IMAGE], row[MASKS]
    held = len(image["bytes"]) if isinstance(image, dict) else 0
    return held + _OBJECT_BYTES * (len(masks) if isinstance(masks, list) else 0)


def _row(sample: Sample, places: Mapping[str, int], dataset: Dataset) -> Row:
    height, width = sample.size_hw
    load: Callable[[], bytes] | None = sample.load_bytes if dataset.has_images else None
    return {
        IMAGE: None if load is None else {"bytes": load(), "path": sample.file_name},
        "file_name": sample.file_name,
        "height": height,
        "width": width,
        MASKS: [_object(each, places) for each in sample.annotations],
        "captions": list(sample.captions),
        "split": sample.split,
        "group": sample.group,
        "sha256": sample.sha256,
    }


def _object(each: Annotation, places: Mapping[str, int]) -> Row:
    box: Sequence[float] = bbox_xywh(each.rle) if each.rle else each.box_xywh or (0, 0, 0, 0)
    return {
        "id": each.id,
        "label": places[each.label or UNLABELLED],
        "segmentation": each.rle,
        "bbox": [float(side) for side in box],
        "area": area(each.rle) if each.rle else int(box[2] * box[3]),
        "iscrowd": each.is_crowd,
        "parent": each.parent,
        "z": each.z,
        "caption": each.caption,
        "attributes": _json(each.attributes),
        "predicted_iou": each.predicted_iou,
        "stability_score": each.stability_score,
        "extra": _json(each.extra),
    }


def _json(fields: Mapping[str, object]) -> str | None:
    return canonical_json(dict(fields)).decode() if fields else None
