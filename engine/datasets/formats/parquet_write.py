"""Write Parquet files with a row for each image, a split in files of its own.

Only one group of rows is in memory at a time. engine.datasets.formats.late says who loads this.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final, TypeAlias

import pyarrow as pa
from pyarrow import parquet

from engine.canonical import canonical_json
from engine.datasets.files import Out
from engine.datasets.formats.huggingface_features import IMAGE, MASKS, Feature, features_of
from engine.datasets.sample import TRAIN, UNLABELLED, Annotation, Dataset, Sample
from engine.masks.rle import area, bbox_xywh

FOLDER: Final = "data"
IMAGES_OF_FILE: Final = 1_000
FILE_BYTES: Final = 96 * 2**20  # about; a zip's files are read up to 256 MiB
ROWS_OF_GROUP: Final = 100  # which a viewer fetches at once
GROUP_BYTES: Final = 16 * 2**20  # where the next group begins
_OBJECT_BYTES: Final = 200  # beside its runs
_UNSAFE: Final = re.compile(r"\W")
_TYPES: Final = {
    "string": pa.string(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
}
Row: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file, and what is in it."""

    name: str
    split: str  # by its name as one word
    splits: frozenset[str]  # by their names as they are
    images: int
    size_bytes: int
    arrow_bytes: int  # unpacked, in memory
    sha256: str


def write_files(dataset: Dataset, out: Out) -> list[WrittenFile]:
    """Write `data/SPLIT-00000-of-0000N.parquet` and so on.

    The images are gone through once to count files, as each names how many there are, and once
    for each split.
    """
    classes = dataset.classes()
    schema = _schema(features_of(classes))
    places = {name: place for place, name in enumerate(classes)}
    written = []
    for split, sizes in sorted(_planned(dataset).items()):
        samples = (each for each in dataset.samples() if split_name(each) == split)
        for number, images in enumerate(sizes):
            name = f"{FOLDER}/{split}-{number:05}-of-{len(sizes):05}.parquet"
            splits: set[str] = set()
            own = _noted(islice(samples, images), splits)
            rows = (_row(each, places, dataset) for each in own)
            with out.file(name) as file:
                sink = Sink(file)
                arrow_bytes = _write_rows(rows, schema, sink)
            size_bytes, sha256 = sink.tell(), sink.sha256()
            written.append(
                WrittenFile(name, split, frozenset(splits), images, size_bytes, arrow_bytes, sha256)
            )
    return written


def _noted(samples: Iterable[Sample], splits: set[str]) -> Iterator[Sample]:
    for sample in samples:
        if sample.split:
            splits.add(sample.split)
        yield sample


def split_name(sample: Sample) -> str:
    """Return a split as `datasets` can name one, in words alone; of no split all is to train."""
    return _UNSAFE.sub("_", sample.split or TRAIN)


def _planned(dataset: Dataset) -> Mapping[str, list[int]]:
    """Return how many images go into each file of each split."""
    files: dict[str, list[int]] = {}
    filled: dict[str, int] = defaultdict(int)
    for sample in dataset.samples():
        split = split_name(sample)
        sizes = files.setdefault(split, [0])
        weight = _weight(sample, dataset)
        if sizes[-1] and (sizes[-1] >= IMAGES_OF_FILE or filled[split] + weight > FILE_BYTES):
            sizes.append(0)
            filled[split] = 0
        sizes[-1] += 1
        filled[split] += weight
    return files


def _weight(sample: Sample, dataset: Dataset) -> int:
    """Guess bytes without loading any: a photo has less than one a pixel."""
    height, width = sample.size_hw
    has_image = dataset.has_images and sample.load_bytes is not None
    runs = (len(each.rle["counts"]) if each.rle else 0 for each in sample.annotations)
    return has_image * height * width + sum(each + _OBJECT_BYTES for each in runs)


def _write_rows(rows: Iterable[Row], schema: pa.Schema, sink: "Sink") -> int:
    """Write groups of rows; return how many bytes they take unpacked."""
    arrow_bytes = 0
    # Every column as it is packed by any release: readers in browsers know snappy alone.
    with parquet.ParquetWriter(sink, schema, compression="snappy") as writer:
        for group in _groups(rows):
            batch = pa.RecordBatch.from_pylist(group, schema=schema)
            arrow_bytes += batch.nbytes
            writer.write_batch(batch)
    return arrow_bytes


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    size_bytes = 0
    for row in rows:
        group.append(row)
        size_bytes += _bytes_of(row)
        if len(group) >= ROWS_OF_GROUP or size_bytes >= GROUP_BYTES:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group


def _bytes_of(row: Row) -> int:
    image, masks = row[IMAGE], row[MASKS]
    held = len(image["bytes"]) if isinstance(image, dict) else 0
    return held + _OBJECT_BYTES * (len(masks) if isinstance(masks, list) else 0)


def _schema(features: Mapping[str, Feature]) -> pa.Schema:
    """Return the columns, with what `datasets` calls them beside."""
    fields = [pa.field(name, _arrow_type(feature)) for name, feature in features.items()]
    told = json.dumps({"info": {"features": features}}, ensure_ascii=False)
    return pa.schema(fields, metadata={"huggingface": told})


def _arrow_type(feature: object) -> pa.DataType:
    if isinstance(feature, list):
        return pa.list_(_arrow_type(feature[0]))
    if not isinstance(feature, dict):
        raise TypeError(f"{feature!r:.60} is no feature")
    if "_type" not in feature:
        return pa.struct([(name, _arrow_type(each)) for name, each in feature.items()])
    if feature["_type"] == "Image":
        return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    return _TYPES[feature.get("dtype", "int64")]  # a label's is its place


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


class Sink:
    """A file that is only written on, counted and hashed: a zip's tells no place."""

    closed = False
    mode = "wb"

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._written = 0
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        piece = bytes(data)
        self._digest.update(piece)
        self._written += len(piece)
        return self._file.write(piece)

    def tell(self) -> int:
        return self._written

    def sha256(self) -> str:
        return self._digest.hexdigest()

    def flush(self) -> None:
        """Leave it to whoever opened the file, as closing."""

    def close(self) -> None:
        """Leave it to whoever opened the file."""

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False
