"""Datasets on disk of which one file has something odd in it, and what becomes of reading them.

For formats that tell much in one file, opened as people's are; datasets of many small files are
changed in memory, see tests.engine.datasets_broken.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import strategies as st

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import Format, export
from engine.datasets.sample import Sample
from tests.engine.datasets_corpus import corpus, dataset_of
from tests.engine.datasets_sound import check_sound

ODD: Final[tuple[Any, ...]] = (
    None, True, -1, 0, 7, 0.5, 2**31, 10**30, 10**400, -1e300, float("inf"), float("nan"), "", "x",
    "0", "NaN", "../../x", "\ud800", "a\0b", [], {}, [[]], [None], [1, 2], [1, 2, 3, 4],
    [-1, -1, -5, -5], [[1, 2], [3, 4]], {"a": 1}, {"size": [1, 1], "counts": "01"},
)  # fmt: skip


def written(folder: Path, form: Format, samples: list[Sample] | None = None) -> Path:
    """Write a dataset, the whole corpus if none is given; return its folder."""
    export(dataset_of(corpus() if samples is None else samples), form, FolderOut(folder))
    return folder


def original(form: Format, name: str) -> bytes:
    """Return one file of the corpus as it is written."""
    with TemporaryDirectory() as folder:
        return (written(Path(folder), form) / name).read_bytes()


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
    check_sound(found, dataset)


def stands(form: Format, name: str, data: bytes) -> None:
    """Read the corpus with one file replaced: any error but DatasetError fails."""
    with TemporaryDirectory() as folder:
        (written(Path(folder), form) / name).write_bytes(data)
        read_or_refuse(Path(folder), form)


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
    """Some bytes of a file are others, gone, or more: a few, as in a slip, or a whole piece."""
    at = draw(st.integers(0, len(data)))
    piece = draw(st.binary(max_size=8) | st.sampled_from([b"9", b"-", b'"', b","]))
    return data[:at] + piece + data[at + draw(st.integers(0, 9) | st.integers(0, 600)) :]


@st.composite
def changed_json(draw: st.DrawFn, data: bytes) -> bytes:
    """One value is an odd one, or left out of the object that it is in."""
    whole = json.loads(data)
    holder, key = draw(st.sampled_from(list(_slots(whole))))
    if draw(st.booleans()) and isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = draw(odd_values)
    return json.dumps(whole).encode()
