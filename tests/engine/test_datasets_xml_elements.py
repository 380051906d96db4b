"""XML of strangers is read piece by piece; what could grow or reach out is refused by line."""

import io

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


@given(st.binary(max_size=60) | st.text(alphabet="<a/>&;! [\"='", max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        list(iter_children(io.BytesIO(data), "a.xml"))
    except DatasetError as error:
        assert "a.xml" in str(error)  # noqa: PT017  # either is right
