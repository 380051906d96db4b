"""What must hold of all that any reader yields, however broken what it read."""

import io
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from engine.datasets.errors import DatasetError
from engine.datasets.formats.label_list import LABELS, read_labels, write_labels
from engine.datasets.formats.sample_lines import line_of, name_of, read_line
from engine.datasets.sample import NO_SIZE, Annotation, Dataset, Sample
from engine.masks.validate import validate_rle


def check_sound(samples: Sequence[Sample], dataset: Dataset) -> None:
    """See that images are whole, and that `engine.datasets.open` would read its copy of them."""
    labels = {label.name for label in dataset.labels}
    assert {each.name for each in _copied_labels(dataset)} == labels
    for sample in samples:
        assert ".." not in sample.file_name.encode().decode().split("/")
        assert sample.size_hw == NO_SIZE or all(0 < side < 2**31 for side in sample.size_hw)
        predicted = [one for each in sample.predictions for one in each.annotations]
        for each in (*sample.annotations, *predicted):
            _check_object(each, labels, sample.size_hw)
        _check_copy(sample, labels)


def _check_object(each: Annotation, labels: set[str], size_hw: tuple[int, int]) -> None:
    assert each.label is None or each.label in labels
    if each.rle is not None:
        assert validate_rle(each.rle, size_hw) == each.rle
        return
    assert each.box_xywh is not None
    assert all(map(math.isfinite, each.box_xywh))
    if size_hw != NO_SIZE:
        x, y, width, height = each.box_xywh
        assert min(width, height) > 0
        assert min(x, y, size_hw[1] - x - width, size_hw[0] - y - height) > -0.002


def _check_copy(sample: Sample, labels: set[str]) -> None:
    try:
        name_of(sample.split)
    except DatasetError:  # of a split whose name no file can have, which is told
        return
    again = read_line(json.loads(line_of(sample)), labels, sample.split, _refuse)
    assert again.size_hw == sample.size_hw
    assert [_shape(each) for each in again.annotations] == [
        _shape(each) for each in sample.annotations
    ]


def _shape(each: Annotation) -> tuple[Any, ...]:
    return each.label, each.rle, each.box_xywh


def _copied_labels(dataset: Dataset) -> Sequence[Any]:
    out = _Written()
    write_labels(dataset, out)
    return read_labels(out, LABELS)


class _Written:
    """What is written, to be read again."""

    refused: Sequence[DatasetError] = ()

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.names: Sequence[str] = (LABELS,)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        out = io.BytesIO()
        yield out
        self.files[name] = out.getvalue()

    def read(self, name: str, limit_bytes: int = 2**26) -> bytes:
        return self.files[name][:limit_bytes]


def _refuse(problem: DatasetError) -> None:
    raise problem
