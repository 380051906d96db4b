"""XML of strangers is read piece by piece; what could grow or reach out is refused by line."""

import io
from collections.abc import Iterable
from itertools import chain, repeat
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.errors import DatasetError
from engine.datasets.xml_elements import iter_children, read_root


def test_children_come_one_by_one_after_the_empty_root() -> None:
    text = b'<a v="1.1">\n<meta><n>x &amp; y</n></meta>\n<image id="0"/><image id="1"/></a>'

    root, meta, *images = iter_children(io.BytesIO(text), "a.xml")

    assert (root.tag, root.get("v"), len(root)) == ("a", "1.1", 0)
    assert meta.findtext("n") == "x & y"
    assert [image.get("id") for image in images] == ["0", "1"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('<!DOCTYPE a [<!ENTITY b "bb">]>\n<a>&b;</a>', "line 1: a document type is not read"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd">\n<a/>', "line 1: a document type"),
        ("<a>\n&b;</a>", "line 2: not XML: undefined entity"),
        ("<a>\n<b></a>", "line 2: not XML: mismatched tag"),
        ("<a>" * 40, "line 1: elements lie within each other more than 32 deep"),
        ("", "line 1: not XML: no element found"),
        ('<?xml version="1.0" encoding="x-odd"?><a/>', "line 1: not XML: unknown encoding"),
        ('<?xml version="1.0" encoding="gb2312"?><a/>', "line 1: not XML: multi-byte"),
        ("{}", "line 1: not XML: not well-formed"),
    ],
)
def test_bad_xml_is_refused_by_line(text: str, fault: str) -> None:
    with pytest.raises(DatasetError, match=f"a.xml: {fault}"):
        read_root(text.encode(), "a.xml")


class Long(io.RawIOBase):
    """A file that is made as it is read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)

    def read(self, _size: int = -1, /) -> bytes:
        return next(self._pieces, b"")


@pytest.mark.parametrize(
    ("piece", "fault"),
    [
        (b"<a/>" * 2**14, "an element holds more than 1000000 others"),
        (b"12, 7, " * 2**14, "an element is longer than 67108864 bytes"),
    ],
)
def test_a_child_without_an_end_is_refused(piece: bytes, fault: str) -> None:
    file = cast("BinaryIO", Long(chain([b"<annotations><image>"], repeat(piece))))

    with pytest.raises(DatasetError, match=f"a.xml: line 1: {fault}"):
        list(iter_children(file, "a.xml"))


def test_a_file_is_longer_and_has_more_elements_than_any_child_may() -> None:
    masks = [b"<image>", *[b"<mask/>" * 2**12] * 50, b"</image>"]  # 200,000 of them
    text = [b"<image>", *[b"12, 7, " * 2**14] * 100, b"</image>"]  # 11 MiB
    pieces = chain([b"<annotations>"], masks * 6, text * 6, [b"</annotations>"])
    file = cast("BinaryIO", Long(pieces))

    counts = [len(child) for child in iter_children(file, "a.xml")]

    assert counts == [0, *[50 * 2**12] * 6, *[0] * 6]


@given(st.binary(max_size=60) | st.text(alphabet="<a/>&;! [\"='", max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        list(iter_children(io.BytesIO(data), "a.xml"))
    except DatasetError as error:
        assert "a.xml" in str(error)  # noqa: PT017  # either is right
