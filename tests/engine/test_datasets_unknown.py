"""What may be annotations and no reader knows is told by its names, with what to do."""

import pytest

from engine.datasets.formats.unknown import unknown_in, words_of_unknown
from tests.engine.datasets_broken import MemorySource, png

IMAGE = {"images/a.jpg": png([[0]])}
LABEL = b"0 0.5 0.5 0.1 0.2\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"{}"),
        ("notes/b.jsonl", b"{}\n"),
        ("b.NDJSON", b"{}\n"),
        ("b.xml", b"<a/>"),
        ("b.csv", b"name,count\n"),
        ("captions/a.txt", b"A cell that divides."),
        ("gt/gt.txt", b"1,1,912,484,97,109,0,7,1\n"),
        ("labels/other.txt", LABEL),
        ("list.txt", b"images/a.jpg 3\n"),
        ("source_labels.csv", b"a,b\n"),
        ("version2_annotations.json", b"{}"),
        ("terms-annotations.json", b"{}"),
    ],
)
def test_what_may_tell_of_images_is_found(name: str, data: bytes) -> None:
    assert unknown_in(MemorySource(IMAGE | {name: data})) == [name]


def test_a_text_that_is_called_as_an_image_is_its_own_whatever_that_is_called() -> None:
    files = {"source_001.jpg": png([[0]]), "source_001.txt": LABEL}

    assert unknown_in(MemorySource(files)) == ["source_001.txt"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("README.txt", b"Pictures of cells.\n"),
        ("readme.roboflow.txt", b"Roboflow\n"),
        ("Read me first.txt", LABEL),
        ("LICENSE.txt", b"CC BY 4.0\n"),
        ("licences.json", b"[{}]"),
        ("SOURCE.txt", b"https://example.org\n"),
        ("requirements.txt", b"numpy\n"),
        ("dataset-metadata.json", b"{}"),
        ("notes.txt", b"Taken in May, with 3 lamps.\n"),
        ("list.txt", b"images/a.jpg\nimages/b.jpg\n"),
        ("digests.txt", b"d41d8cd98f00b204e9800998ecf8427e  images/a.jpg\n"),
        ("version.json", b'"1.2"'),
        ("images/a.jpg.aux.xml", b"<PAMDataset/>"),
        ("empty.txt", b""),
        ("thumbs.db", b""),
    ],
)
def test_what_people_and_programs_read_is_none(name: str, data: bytes) -> None:
    assert words_of_unknown(MemorySource(IMAGE | {name: data})) == ""


def test_what_is_of_no_known_kind_is_told_with_where_the_list_of_formats_is() -> None:
    files = IMAGE | {"b.json": b"{}", "c.json": b"{}"}

    assert words_of_unknown(MemorySource(files)) == (
        "Annotations in no known format: 2 files, e.g. b.json. Export them as COCO, for example: "
        "the list of formats is engine/datasets/FORMATS.md."
    )


@pytest.mark.parametrize(
    ("files", "advice"),
    [
        (
            {"t/task.json": b"{}", "t/annotations.json": b"[]", "t/data/a.jpg": png([[0]])},
            "CVAT's backup of a task: export the task as “CVAT for images 1.1”",
        ),
        ({"labels/a.txt": LABEL}, "put data.yaml or classes.txt beside them"),
        ({"via.json": b'{"_via_settings": {}}'}, "VGG Image Annotator: export it as COCO"),
        (
            {"via.csv": b"filename,region_shape_attributes\n"},
            "VGG Image Annotator: export it as COCO",
        ),
        (
            {"a.json": b'{"version": "2.0", "schema_ref": "https://x/darwin_json/2.0/a.json"}'},
            "V7's own JSON: export it as COCO",
        ),
    ],
)
def test_the_neighbour_of_a_known_format_is_named_with_what_to_export_instead(
    files: dict[str, bytes], advice: str
) -> None:
    told = words_of_unknown(MemorySource(IMAGE | files))

    assert told.startswith("Annotations in no known format: ")
    assert advice in told
