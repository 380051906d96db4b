"""Files of datasets with something odd in them, and what becomes of reading them."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import Format, export
from engine.datasets.sample import Sample
from engine.masks.validate import validate_rle
from tests.engine.datasets_corpus import corpus, dataset_of

ODD: Final[tuple[Any, ...]] = (
    None, True, -1, 0, 7, 0.5, 10**30, -1e300, float("inf"), "", "x", "0", "../../x", "\ud800",
    "a\0b", [], {}, [[]], [1, 2, 3, 4], [-1, -1, -5, -5], {"size": [1, 1], "counts": "01"},
)  # fmt: skip


def written(folder: Path, form: Format) -> Path:
    export(dataset_of(corpus()), form, FolderOut(folder))
    return folder


def read_all(path: Path, form: Format) -> tuple[list[Sample], list[DatasetError]]:
    problems: list[DatasetError] = []
    found = list(form.read(open_source(path), problems.append).samples())
    return found, problems


def read_or_refuse(path: Path, form: Format) -> None:
    """Read whatever is there; only DatasetError may come of it, and no mask that is none."""
    problems: list[DatasetError] = []
    try:
        dataset = form.read(open_source(path), problems.append)
        found = list(dataset.samples())
    except DatasetError:
        return
    labels = {label.name for label in dataset.labels}
    for sample in found:
        assert ".." not in sample.file_name.encode().decode().split("/")
        for each in sample.annotations:
            assert each.label is None or each.label in labels
            assert each.rle is None or each.rle == validate_rle(each.rle, sample.size_hw)


def with_odd_value(content: Any, place: int, odd: Any) -> Any:
    """Put an odd value where one of the others was, counted through all of them."""
    changed = copy.deepcopy(content)
    slots = list(_slots(changed))
    holder, key = slots[place % len(slots)]
    holder[key] = odd
    return changed


def _slots(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in list(pairs):
        yield value, key
        if isinstance(each, dict | list):
            yield from _slots(each)


places = st.integers(0, 10_000)
odd_values = st.sampled_from(ODD)


@st.composite
def broken(draw: st.DrawFn, data: bytes) -> bytes:
    """Some bytes of a file are others, gone, or more."""
    at = draw(st.integers(0, len(data)))
    piece = draw(st.binary(max_size=8))
    return data[:at] + piece + data[at + draw(st.integers(0, 600)) :]
