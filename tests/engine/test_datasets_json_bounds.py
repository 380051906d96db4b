"""JSON that would take far more memory than its bytes is refused before it is decoded."""

import io
import json
import time
from pathlib import Path

import pytest

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderSource, read_json
from engine.datasets.json_bounds import has_more_values, loads
from engine.datasets.json_lines import iter_objects

MUCH = b'{"a":[' + b"[]," * 2**23 + b"0]}"  # 24 MiB of text, 530 MiB of lists


def test_a_file_that_holds_too_much_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(MUCH)

    with pytest.raises(DatasetError, match=r"a\.json: .*more values than are read at once"):
        read_json(FolderSource(tmp_path), "a.json")


def test_a_line_that_holds_too_much_is_refused_by_its_number() -> None:
    lines = iter_objects(io.BytesIO(b"{}\n" + MUCH))

    assert next(lines) == (1, {})
    with pytest.raises(DatasetError, match=r"line 2: .*more values than are read at once"):
        next(lines)


@pytest.mark.parametrize(
    "value",
    [
        [[x / 4, 1024.75] for x in range(300_000)],  # a polygon's corners
        list(range(2**21)),  # runs of a mask that is not packed
        "[:," * 2**20,  # what a packed mask may look like
    ],
    ids=["corners", "runs", "text"],
)
def test_large_values_of_one_image_are_read(value: object) -> None:
    text = json.dumps(value)

    assert loads(text) == loads(text.encode()) == value


@pytest.mark.parametrize(
    ("value", "values"),
    [
        (0, 1),
        ([], 1),
        ([[], {}, 1], 4),
        ({"a,[{": {"b": ",[{\\", "c": '"'}, "d": [1.5, None, '\\"']}, 8),
        ("[{," * 50, 1),
    ],
)
def test_values_are_counted_without_what_looks_like_them(value: object, values: int) -> None:
    text = json.dumps(value).encode()

    assert has_more_values(text, values - 1)
    assert not has_more_values(text, 2 * values)  # an empty list may count twice


@pytest.mark.parametrize("text", [b'"' * 2**20, b'"' + b'\\"' * 2**20, b"[," * 2**20])
def test_what_is_no_json_is_counted_at_once(text: bytes) -> None:
    began = time.process_time()

    has_more_values(text, 1000)

    assert time.process_time() - began < 5  # seconds; it takes a tenth of one
