"""Small files changed at random, as broken or hostile ones are; what reads them must stand it."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import Format, export
from engine.datasets.sample import Sample
from tests.engine.datasets_corpus import corpus, dataset_of

_ODD: list[Any] = [
    None, True, -1, 0, 0.5, 2**31, 10**400, float("nan"), float("inf"), "", "x", "../../x", "\0",
    "\ud800", "NaN", [], {}, [[]], [None], [1, 2], [[1, 2], [3, 4]], {"a": 1},
]  # fmt: skip
odd = st.sampled_from(_ODD)


def written(form: Format, folder: Path, found: list[Sample] | None = None) -> None:
    export(dataset_of(corpus() if found is None else found), form, FolderOut(folder))


def read_all(form: Format, folder: Path) -> tuple[list[Sample], list[DatasetError]]:
    problems: list[DatasetError] = []
    return list(form.read(open_source(folder), problems.append).samples()), problems


def stands(form: Format, name: str, data: bytes) -> None:
    """Read the corpus with one file replaced: any error but DatasetError fails."""
    with tempfile.TemporaryDirectory() as folder:
        written(form, Path(folder))
        (Path(folder) / name).write_bytes(data)
        try:
            _, problems = read_all(form, Path(folder))
        except DatasetError:
            return
        assert all(isinstance(problem, DatasetError) for problem in problems)


def original(form: Format, name: str) -> bytes:
    folder = Path(tempfile.mkdtemp())
    try:
        written(form, folder)
        return (folder / name).read_bytes()
    finally:
        shutil.rmtree(folder)


@st.composite
def spliced(draw: st.DrawFn, data: bytes) -> bytes:
    """Some bytes taken out, and others put there."""
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(start + 9, len(data))))
    return (
        data[:start]
        + draw(st.binary(max_size=4) | st.sampled_from([b"9", b"-", b'"', b","]))
        + data[end:]
    )


@st.composite
def changed_json(draw: st.DrawFn, data: bytes) -> bytes:
    """One value replaced by an odd one, or left out."""
    whole = json.loads(data)
    places = list(_places(whole))
    at, key = draw(st.sampled_from(places))
    if draw(st.booleans()) and isinstance(at, dict):
        del at[key]
    else:
        at[key] = draw(odd)
    return json.dumps(whole).encode()


def _places(value: Any) -> Any:
    """Yield all containers with each of their keys."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)
