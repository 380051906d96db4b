"""The streaming reader agrees with json.loads and refuses what that refuses."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets import json_stream
from engine.datasets.errors import DatasetError
from engine.datasets.json_stream import iter_elements, iter_list

texts = st.text(st.characters(codec="utf-8"), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | texts
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner),
    max_leaves=8,
)  # fmt: skip


def collect(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, place, value in iter_elements(io.BytesIO(data), "a.json"):
        if place is None:
            found[key] = value
        else:
            found.setdefault(key, []).append(value)
            assert len(found[key]) == place + 1
    return found


@settings(max_examples=50)
@given(
    st.dictionaries(texts, values),
    st.integers(1, 9),
    st.sampled_from([None, 2]),
)
def test_elements_are_those_of_json_whatever_the_chunks(
    content: dict[str, Any], chunk_bytes: int, indent: int | None
) -> None:
    data = json.dumps(content, ensure_ascii=False, indent=indent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_CHUNK_BYTES", chunk_bytes)

        found = collect(data.encode())

    assert found == {key: value for key, value in content.items() if value != []}


@settings(max_examples=30)
@given(st.lists(values), st.integers(1, 9))
def test_list_that_is_the_whole_file_is_read_too(content: list[Any], chunk_bytes: int) -> None:
    data = json.dumps(content).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_CHUNK_BYTES", chunk_bytes)

        assert list(iter_list(io.BytesIO(data), "a.json")) == content


@pytest.mark.parametrize("data", [b"", b"{}", b"[1", b"[1,]", b"[1]x", b"[NaN]"])
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(DatasetError, match=r"a.json: .*not JSON"):
        list(iter_list(io.BytesIO(data), "a.json"))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{", b'{"a"', b'{"a":', b'{"a":[1,', b'{"a":[1', b'{"a":[1]', b'{"a":1}x',
        b'{"a":1,}', b'{"a":[1,]}', b"{1:2}", b'{"a":NaN}', b'{"a":[Infinity]}', b'{"a":"\xff"}',
        b'{"a":' + b"[" * 100_000, b'{"a":' + b"9" * 5000 + b"}", b'{"a":nul', b'{"a" 1}',
    ],
)  # fmt: skip
def test_what_is_not_a_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(DatasetError, match=r"^a\.json: .*not JSON"):
        collect(data)


def test_byte_order_mark_is_skipped() -> None:
    assert collect(b"\xef\xbb\xbf" + b'{"a": [1, 2], "b": 3}') == {"a": [1, 2], "b": 3}


def test_element_that_holds_too_much_is_refused_before_it_is_decoded_whole() -> None:
    file = io.BytesIO(b'{"a":[1,[' + b"[]," * (20 * 2**20) + b"0]]}")

    with pytest.raises(DatasetError, match=r"a\.json: a\[1\]: .*more values than are read at once"):
        list(iter_elements(file, "a.json"))
    assert file.tell() < 40 * 2**20


def test_element_of_a_hundred_thousand_corners_is_read_and_others_after_it() -> None:
    corners = [[each + 0.25, 1024.75] for each in range(100_000)]
    content = [1, {"points": corners}, "x" * 2**21, {"points": corners}, 2]

    assert list(iter_list(io.BytesIO(json.dumps(content).encode()), "a.json")) == content


@pytest.mark.parametrize("more", [0, 1])
def test_element_is_as_long_as_the_limit_and_no_longer(
    more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "MAX_ELEMENT_CHARACTERS", 1000)
    monkeypatch.setattr(json_stream, "_CHUNK_BYTES", 300)
    text = "x" * (1000 - len('""') + more)
    file = io.BytesIO(json.dumps([text, 1]).encode())

    found = iter_list(file, "a.json")

    if more:
        with pytest.raises(DatasetError, match=r"item\[0\]"):
            next(found)
    else:
        assert list(found) == [text, 1]


def test_element_without_end_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "MAX_ELEMENT_CHARACTERS", 1000)
    monkeypatch.setattr(json_stream, "_CHUNK_BYTES", 100)
    file = io.BytesIO(b'{"a":["' + b"x" * 10**6)

    with pytest.raises(DatasetError, match=r"a\[0\]"):
        list(iter_elements(file, "a.json"))
    assert file.tell() < 10_000
