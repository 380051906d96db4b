"""SA-1B: beside each image a JSON file of its masks, as Segment Anything's data come.

Layout: https://ai.meta.com/datasets/segment-anything/ (`sa_1.jpg`, `sa_1.json`). It has masks
alone; labels and all else that it does not know stand in fields which its readers pass over.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import PurePosixPath
from typing import Final

from engine.canonical import canonical_json
from engine.datasets.bounds import size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source, read_json
from engine.datasets.formats.checked import (
    Fields,
    checked_fields,
    checked_list,
    checked_text,
    placed,
)
from engine.datasets.formats.fields import image_fields, sample_of
from engine.datasets.formats.format import Format, Report
from engine.datasets.formats.objects import labels_in, object_as_coco, object_of
from engine.datasets.formats.own_fields import OWN, own_of
from engine.datasets.formats.pictures import Pictures, write_image
from engine.datasets.json_stream import iter_elements
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of, unique_ids
from engine.datasets.traits import ALL, RECORDS, Trait

_TOLD_BY: Final = {"file_name", "height", "width"}
_ESTIMATES: Final = ("predicted_iou", "stability_score")
_PEEKED: Final = 16  # files by which a folder is told


def write(dataset: Dataset, out: Out) -> None:
    """Write `sa_NUMBER.json` and, where its bytes are known, the image as `sa_NUMBER.jpg`."""
    identities = count(1)
    for number, sample in enumerate(dataset.samples(), start=1):
        name = f"sa_{number}{PurePosixPath(sample.file_name).suffix.lower()}"
        height, width = sample.size_hw
        image = {
            "image_id": number,
            "file_name": name,
            "height": height,
            "width": width,
            OWN: image_fields(sample),
        }
        annotations = [
            _fields(each, sample.size_hw) | {"id": identity}
            for each, identity in zip(sample.annotations, identities, strict=False)
        ]
        with out.file(f"sa_{number}.json") as file:
            file.write(b'{"image":' + canonical_json(image))
            file.write(b',"annotations":' + canonical_json(annotations) + b"}\n")
        if dataset.has_images:
            write_image(sample, out, name)


def _fields(each: Annotation, size_hw: tuple[int, int]) -> Fields:
    """Tell a mask, and where the model was asked for it: of a person's, nowhere in the image.

    An estimate that nobody made is left out: Datumaro refuses an image where one is no number.
    """
    height, width = size_hw
    asked = {"point_coords": [], "crop_box": [0, 0, width, height]}
    told = object_as_coco(each)
    return {
        key: value for key, value in told.items() if value is not None or key not in _ESTIMATES
    } | {name: each.extra.get(name, asked[name]) for name in asked}


def read(source: Source, report: Report) -> Dataset:
    """Read all JSON files that tell of one image; each is read once for its labels."""
    pictures = Pictures(source)
    names = [name for name in source.names if name.endswith(".json")]

    def samples() -> Iterator[Sample]:
        for name in names:
            try:
                yield _sample(source, pictures, name, report)
            except DatasetError as problem:  # of the image as a whole
                report(placed(problem, file=name, field="image"))

    return Dataset(labels_of(_labels(source, names)), samples)


def is_in(source: Source) -> bool:
    names = [name for name in source.names if name.endswith(".json")]
    return any(_is_image(source, name) for name in names[:_PEEKED])


def _is_image(source: Source, name: str) -> bool:
    try:
        with source.file(name) as file:
            for each in iter_elements(file, name):
                if each.key == "image":
                    return isinstance(each.value, dict) and each.value.keys() >= _TOLD_BY
                if each.key != "annotations":
                    return False
    except DatasetError:
        pass
    return False


def _labels(source: Source, names: list[str]) -> Iterator[str]:
    """Yield the label of each object; whatever is broken is told when images are read."""
    for name in names:
        try:
            yield from labels_in(_content(source, name).get("annotations"))
        except DatasetError:
            continue


def _content(source: Source, name: str) -> Fields:
    return checked_fields(read_json(source, name))


def _sample(source: Source, pictures: Pictures, name: str, report: Report) -> Sample:
    content = _content(source, name)
    image = checked_fields(content.get("image"))
    listed = checked_list(content.get("annotations"), "annotations")
    size_hw = size_hw_of(image)
    beside = (PurePosixPath(name).parent / checked_text(image.get("file_name"))).as_posix()
    own = own_of(image) or {}
    sample = sample_of(own, checked_text(own.get("file_name", beside)), size_hw)
    annotations = []
    for index, each in enumerate(listed):
        try:
            annotations.append(object_of(each, size_hw))
        except ValueError as error:
            report(placed(error, file=name, field="annotations", index=index))
    load = pictures.loader(beside)
    return replace(sample, annotations=unique_ids(annotations), load_bytes=load)


SA1B: Final = Format(
    "sa1b",
    "Segment Anything (SA-1B)",
    ALL - {Trait.BOXES},
    RECORDS - {Trait.ESTIMATES} | {Trait.LABELS},
    write,
    read,
    is_in,
)
