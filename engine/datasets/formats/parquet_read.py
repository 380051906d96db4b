"""Read Parquet files with a row for each image: ours, and those of Hugging Face's datasets.

Of others' files pictures (`image`), captions (`captions`, `caption` or `text`) and objects are read
(`masks` or `objects`, with `segmentation` or `bbox` as COCO has them, and `label` or `category`).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import Final, Protocol

from engine.datasets.bounds import size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import Fields, checked_text, label_of, placed
from engine.datasets.formats.fields import sample_of
from engine.datasets.formats.format import Report
from engine.datasets.formats.huggingface_features import IMAGE, MASKS, VOICES
from engine.datasets.formats.objects import object_of
from engine.datasets.formats.parquet_file import Files, ParquetRows, Place
from engine.datasets.formats.pictures import SPLITS
from engine.datasets.formats.voices_read import VoicesRead
from engine.datasets.json_bounds import loads
from engine.datasets.sample import (
    UNLABELLED,
    Annotation,
    Dataset,
    Label,
    Sample,
    labels_of,
    unique_ids,
)
from engine.media.errors import MediaError
from engine.media.images import read_size

_OBJECTS: Final = (MASKS, "objects")
_LABELS: Final = ("label", "category")
_CAPTIONS: Final = ("captions", "caption", "text")
_TOLD: Final = ("file_name", "height", "width", "split", "group", "sha256")
_JSON: Final = ("attributes", "extra")
_DEEPEST: Final = 4  # lists in lists
# As Parquet names what is in lists of objects, and in objects of lists.
_LABEL_COLUMNS: Final = [
    f"{key}{between}.{label}"
    for key in _OBJECTS
    for label in _LABELS
    for between in ("", ".list.element")
]


def read(source: Source, report: Report) -> Dataset:
    """Read all files, one at a time; each is gone through once for its labels.

    What people said, beside the images of an export of ours, comes with the image it is of.
    """
    pictures = Files()
    names = [name for name in source.names if name.endswith(".parquet")]
    files = [ParquetRows(source, name, pictures) for name in names]
    spoken = [each for each in files if _is_of_voices(each)]
    dataset = read_rows([each for each in files if each not in spoken], report)
    if not spoken:
        return dataset
    voices = VoicesRead(source, [each.name for each in spoken], report)
    return replace(dataset, samples=partial(voices.beside, dataset.samples))


def _is_of_voices(file: ParquetRows) -> bool:
    return PurePosixPath(file.name).parent.name == VOICES and file.has_sounds_alone()


class Rows(Protocol):
    """One file with a row for each image."""

    name: str
    stem: str  # what images that have no name are called by

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[Place, Fields]]:
        """Yield rows with those columns that are there."""
        ...

    def read_file(self, place: Place) -> bytes:
        """Return the bytes of a row's image."""
        ...

    def features(self) -> Fields:
        """Return the types that `datasets` wrote beside the columns, if it did."""
        ...

    def declared(self) -> Fields:
        """Return what labels tell beside their names, if we wrote it."""
        ...


def read_rows(files: Sequence[Rows], report: Report) -> Dataset:
    """Read files of rows, one at a time; each is gone through once for its labels."""

    def samples() -> Iterator[Sample]:
        for file in files:
            try:
                yield from _samples(file, report)
            except DatasetError as problem:  # of the file as a whole: what came before it is read
                report(problem)

    return Dataset(_declared(labels_of(_all_labels(files)), files), samples)


def _all_labels(files: Sequence[Rows]) -> Iterator[str]:
    """Yield all classes; whatever is broken is told when samples are read."""
    for file in files:
        with suppress(DatasetError):
            names = _class_names(file)
            yield from names
            for _, fields in file.rows(_LABEL_COLUMNS) if not names else ():
                for each in _listed(fields):
                    with suppress(DatasetError):
                        yield _label(each, ()) or UNLABELLED


def _declared(labels: Sequence[Label], files: Sequence[Rows]) -> tuple[Label, ...]:
    """Return labels with what is told beside their names, by the first file that does."""
    told: dict[str, dict[str, object]] = {}
    for file in files:
        with suppress(DatasetError):
            found = file.declared()
            for name in {each.name for each in labels} & found.keys() - told.keys():
                fields = found[name]
                told[name] = _without_names(fields) if isinstance(fields, dict) else {}
    return tuple(replace(each, extra=told.get(each.name, {})) for each in labels)


def _without_names(fields: Fields) -> dict[str, object]:
    return {key: value for key, value in fields.items() if key not in {"id", "name"}}


def _class_names(file: Rows) -> Sequence[str]:
    """Return the classes whose places are labels; none where labels are text, or not named."""
    features = file.features()
    for key in _OBJECTS:
        objects = _unwrapped(features.get(key))
        for label in _LABELS if isinstance(objects, dict) else ():
            typed = _unwrapped(objects.get(label))  # type: ignore[attr-defined]  # just told
            names = typed.get("names") if isinstance(typed, dict) else None
            if isinstance(names, list):
                return [checked_text(name) for name in names]
    return ()


def _unwrapped(feature: object) -> object:
    """Return what is in a list, or in a list of lists."""
    for _ in range(_DEEPEST):
        if isinstance(feature, list) and feature:
            feature = feature[0]
        elif isinstance(feature, dict) and {"_type", "feature"} <= feature.keys():
            feature = feature["feature"]
    return feature


def _samples(file: Rows, report: Report) -> Iterator[Sample]:
    names = _class_names(file)
    columns = [*_TOLD, *_OBJECTS, *_CAPTIONS, f"{IMAGE}.path"]
    for number, (place, fields) in enumerate(file.rows(columns)):
        try:
            yield _sample(file, place, number, fields, names, report)
        except ValueError as error:
            report(placed(error, file=file.name, field="row", index=number))


def _sample(
    file: Rows,
    place: Place,
    number: int,
    fields: Fields,
    names: Sequence[str],
    report: Report,
) -> Sample:
    image = fields.get(IMAGE)
    load = None if image is None else partial(file.read_file, place)
    size_hw = _size_of(fields, load)
    annotations = []
    for index, each in enumerate(_listed(fields)):
        try:
            annotations.append(_annotation(each, names, size_hw))
        except ValueError as error:
            place_of = f"row[{number}]: objects"
            report(placed(error, file=file.name, field=place_of, index=index))
    path = image.get("path") if isinstance(image, dict) else None
    unnamed = f"{file.stem}/{number:06}.png"
    told = {**fields, "captions": _captions(fields), "split": _split(file.name, fields)}
    sample = sample_of(told, checked_text(fields.get("file_name") or path or unnamed), size_hw)
    return replace(sample, annotations=unique_ids(annotations), load_bytes=load)


def _size_of(fields: Fields, load: Callable[[], bytes] | None) -> tuple[int, int]:
    """Return the size that is told, or else the image's own."""
    if type(fields.get("height")) is int or load is None:
        return size_hw_of(fields)
    try:
        return read_size(load())
    except MediaError as error:
        raise DatasetError(str(error)) from None


def _captions(fields: Fields) -> list[object]:
    """Return captions, of which others have one, in a column of its own name."""
    for key in _CAPTIONS:
        value = fields.get(key)
        if value:
            return value if isinstance(value, list) else [value]
    return []


def _split(name: str, fields: Fields) -> object:
    """Return the split that is told, or of others' files the one in their name or folder."""
    if "split" in fields:
        return fields["split"]
    path = PurePosixPath(name)
    words = path.stem.partition("-")[0], path.parent.name
    return next((word for word in words if word in SPLITS), None)


def _listed(fields: Fields) -> list[Fields]:
    """Return the objects of a row; some have a list for each of their fields."""
    value = next((fields[key] for key in _OBJECTS if fields.get(key)), None)
    if isinstance(value, dict):
        lists = {key: each for key, each in value.items() if isinstance(each, list)}
        count = max(map(len, lists.values()), default=0)
        return [
            {key: each[place] for key, each in lists.items() if place < len(each)}
            for place in range(count)
        ]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _annotation(value: Fields, names: Sequence[str], size_hw: tuple[int, int]) -> Annotation:
    told: Fields = {
        key: _json(each) if key in _JSON else each
        for key, each in value.items()
        if each is not None and key not in _LABELS
    }
    return object_of({**told, "category": _label(value, names)}, size_hw)


def _label(value: Fields, names: Sequence[str]) -> str | None:
    """Return the name of a class. A number that has none is told as it is; below 0 means none."""
    found = next((value[key] for key in _LABELS if value.get(key) is not None), None)
    if type(found) is not int:
        return label_of(found)
    if names and found >= len(names):
        raise DatasetError(f"label {found} is of no class: there are {len(names)}")
    return None if found < 0 else label_of(names[found] if names else str(found))


def _json(value: object) -> object:
    """Read what has no columns of its own."""
    if not isinstance(value, str):
        return value
    try:
        return loads(value)
    except (ValueError, RecursionError):
        raise DatasetError("attributes and extra must be JSON") from None
