"""Where no format is told by files, those of annotations that are broken are named."""

import pytest

from engine.datasets.errors import DatasetError
from engine.datasets.formats import READERS
from engine.datasets.formats.detect import detect_format
from tests.engine.datasets_broken import MemorySource, png, read_files

DEEP = b"[" * 100_000 + b"]" * 100_000
BOMB = b'<!DOCTYPE a [<!ENTITY b "c">]><annotations>&b;</annotations>'


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.json", b'{"images": [{"id": NaN}]}', "a.json: images[0]: not JSON: NaN is not"),
        ("a.json", '{"images": []}'.encode("utf-16"), "a.json: not JSON: the text is not UTF-8"),
        ("a.json", b'{"images": [{"id": 1}, {"id"', "a.json: images[1]: not JSON: "),
        ("a.json", b'[{"data": {}}, {', "a.json: item[1]: not JSON: "),
        ("a.json", b"", "a.json: not JSON: '{' is due here"),
        ("a.json", b"hello", "a.json: not JSON: '{' is due here"),
        ("A.JSON", b'{"a": ' + DEEP + b"}", "A.JSON: a[0]: not JSON: "),
        ("a.jsonl", b'{"a": 1}\n{"a"\n', "a.jsonl: line 2: not JSON: "),
        ("a.xml", b"<annotation><object>", "a.xml: line 1: not XML: "),
        ("a.xml", b"<a>" * 40, "a.xml: line 1: elements lie within each other"),
        ("a.xml", BOMB, "a.xml: line 1: a document type is not read"),
    ],
)
def test_a_broken_file_is_named_with_its_fault(name: str, data: bytes, told: str) -> None:
    source = MemorySource({"images/a.png": png([[0]]), name: data})

    with pytest.raises(DatasetError) as refused:
        detect_format(source)

    assert f"in these files, of which some cannot be read: {told}" in str(refused.value)


def test_no_more_than_the_first_three_are_named() -> None:
    files = {f"{number}.json": b"{" for number in range(5)}

    with pytest.raises(DatasetError) as refused:
        detect_format(MemorySource(files))

    assert [f"{number}.json: " in str(refused.value) for number in range(5)] == [
        *([True] * 3), *([False] * 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b'{"a": [1, {"b": []}], "c": null}'),
        ("a.json", b"\xef\xbb\xbf [1, 2]\n"),
        ("a.json", b'"a word"'),
        ("a.jsonl", b'{"a": 1}\n\n[1]\n'),
        ("a.xml", b"<a><b/></a>"),
        ("a.txt", b"{"),
    ],
)
def test_files_of_something_else_are_not_called_broken(name: str, data: bytes) -> None:
    with pytest.raises(DatasetError, match="no known format is in these files; known are ade"):
        detect_format(MemorySource({name: data}))


def test_images_alone_tell_of_annotations_that_cannot_be_read() -> None:
    files = {"a.png": png([[0, 0]]), "a.json": b'{"images": ['}

    [sample], _, [problem] = read_files(READERS["images"], files)

    assert (sample.file_name, sample.size_hw) == ("a.png", (1, 2))
    assert problem.startswith("a.json: ")
