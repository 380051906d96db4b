"""COCO files of any length: memory stays flat, and what is said of an image comes together."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderSource, ZipSource
from engine.datasets.formats import FORMATS
from engine.masks.rle import encode
from engine.media.archive import ArchiveLimits

ROOT = Path(__file__).parents[2]
COCO = FORMATS["coco"]
BOX = [1, 1, 2, 2]


def whole(images: int, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "images": [
            {"id": n, "file_name": f"{n}.png", "height": 4, "width": 6} for n in range(images)
        ],
        "annotations": annotations,
        "categories": [{"id": 1, "name": "cell"}],
    }


def fail(problem: DatasetError) -> None:
    raise problem


def test_annotations_in_any_order_come_with_their_image_in_the_file_s_order(
    tmp_path: Path,
) -> None:
    listed = [
        {"id": n, "image_id": n % 3, "category_id": 1, "bbox": BOX, "score": n} for n in range(9)
    ]
    (tmp_path / "a.json").write_text(json.dumps(whole(3, listed)))

    dataset = COCO.read(FolderSource(tmp_path), fail)

    found = [[each.predicted_iou for each in one.annotations] for one in dataset.samples()]
    assert found == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
    assert list(dataset.samples()) == list(dataset.samples())


def test_categories_that_come_last_are_known_and_unknown_ones_told_in_their_order(
    tmp_path: Path,
) -> None:
    numbers = [1, 7, 1, 10**30]
    listed = [
        {"id": n, "image_id": 0, "category_id": number, "bbox": BOX}
        for n, number in enumerate(numbers)
    ]
    (tmp_path / "a.json").write_text(json.dumps(whole(1, listed)))
    problems: list[DatasetError] = []

    [sample] = COCO.read(FolderSource(tmp_path), problems.append).samples()

    assert [each.label for each in sample.annotations] == ["cell", "cell"]
    assert [(each.index, each.fault) for each in problems] == [
        (1, "category_id 7 names no category"),
        (3, f"category_id {10**30} names no category"),
    ]


def test_odd_text_and_numbers_come_back_as_they_are(tmp_path: Path) -> None:
    odd = {"deep": [[[{"a": 10**30}]]], "none": None, "ä": 1e300}
    listed = [{"id": 10**25, "image_id": 10**20, "category_id": 1, "bbox": BOX, **odd}]
    value = whole(0, listed)
    value["images"] = [{"id": 10**20, "file_name": "\ud800.png", "height": 4, "width": 6}]
    (tmp_path / "a.json").write_text(json.dumps(value))

    [sample] = COCO.read(FolderSource(tmp_path), fail).samples()

    assert sample.file_name == "_.png"
    assert sample.annotations[0].extra == odd


@pytest.mark.parametrize("told", ["\ud800", "\ud800" * 64, "a" * 63, "a" * 65, "z" * 64, 7, ["a"]])
def test_digest_that_is_none_is_as_one_that_is_not_told(tmp_path: Path, told: object) -> None:
    """The two files tell of one image, as they would without it."""
    value = whole(1, [{"id": 1, "image_id": 0, "category_id": 1, "bbox": BOX}])
    for name, sha256 in (("a.json", told), ("b.json", "a" * 64)):
        value["images"][0]["sha256"] = sha256
        (tmp_path / name).write_text(json.dumps(value))

    [sample] = COCO.read(FolderSource(tmp_path), fail).samples()

    assert (sample.file_name, sample.sha256) == ("0.png", None)


def test_digest_may_have_large_letters(tmp_path: Path) -> None:
    value = whole(1, [])
    value["images"][0]["sha256"] = "AB" * 32
    (tmp_path / "a.json").write_text(json.dumps(value))

    [sample] = COCO.read(FolderSource(tmp_path), fail).samples()

    assert sample.sha256 == "ab" * 32


def test_same_images_in_a_hundred_files_are_united(tmp_path: Path) -> None:
    for number in range(100):
        listed = [
            {"id": n, "image_id": n, "category_id": 1, "bbox": [number % 4, 0, 1, 1]}
            for n in range(3)
        ]
        (tmp_path / f"{number:03}.json").write_text(json.dumps(whole(3, listed)))

    samples = list(COCO.read(FolderSource(tmp_path), fail).samples())

    assert [each.file_name for each in samples] == ["0.png", "1.png", "2.png"]
    assert [len(each.annotations) for each in samples] == [4, 4, 4]


def test_json_that_is_longer_than_a_file_of_a_zip_may_be_is_read_piece_by_piece(
    tmp_path: Path,
) -> None:
    listed = [
        {"id": n, "image_id": n % 5, "category_id": 1, "bbox": BOX, "n": n * 7919 % 10007}
        for n in range(2_000)
    ]
    for turned in (False, True):
        value = whole(5, listed)
        text = json.dumps(dict(reversed(value.items())) if turned else value)
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.json", text)
        source = ZipSource(tmp_path / "a.zip", ArchiveLimits(entry_bytes=1_000))

        assert COCO.is_in(source)
        samples = list(COCO.read(source, fail).samples())

        assert [len(each.annotations) for each in samples] == [400] * 5


MEASURE = """
import resource, sys
from pathlib import Path
from engine.datasets.files import open_source
from engine.datasets.formats import READERS
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
samples = READERS["coco"].read(open_source(Path(sys.argv[1])), print).samples()
count = sum(len(each.annotations) for each in samples)
print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def grown_bytes(folder: Path, count: int) -> int:
    """Read so many masks, each of a text of its own, and return what memory grew by."""
    mask = np.zeros((400, 400), bool)
    mask[50:80, 60:90] = True
    told = json.dumps(encode(mask))
    folder.mkdir()
    with (folder / "a.json").open("w") as file:
        images = ({"id": n, "file_name": f"{n}.png", "height": 400, "width": 400}
                  for n in range(count // 10))  # fmt: skip
        file.write('{"images":[' + ",".join(map(json.dumps, images)) + '],"annotations":[')
        for n in range(count):
            image = n * 7919 % (count // 10)
            file.write(
                f'{"," if n else ""}{{"id":{n},"image_id":{image},"category_id":1,'
                f'"segmentation":{told},"note":"{n:0200}"}}'
            )
        file.write('],"categories":[{"id":1,"name":"a"}]}')
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found, grown = map(int, run.stdout.split())
    assert found == count
    return grown


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_annotations(tmp_path: Path) -> None:
    small, large = grown_bytes(tmp_path / "a", 10_000), grown_bytes(tmp_path / "b", 60_000)

    assert large - small < 10 * 2**20  # its text has 25 MB more


def test_long_json_that_is_broken_in_a_zip_is_told_by_its_name(tmp_path: Path) -> None:
    listed = [
        {"id": n, "image_id": 0, "category_id": 1, "bbox": BOX, "note": "x" * 40_000}
        for n in range(100)
    ]
    text = json.dumps(whole(1, listed)).encode()
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", text)
    data = bytearray(path.read_bytes())
    at = data.index(b'"id": 90')
    data[at : at + 8] = b'"id": 91'  # its checksum is another's now
    path.write_bytes(data)
    source = ZipSource(path, ArchiveLimits(entry_bytes=1_000))

    assert COCO.is_in(source)  # its beginning is
    with pytest.raises(DatasetError, match=r"^a\.json: It is broken in the zip"):
        COCO.read(source, fail)


def test_fault_in_a_long_json_of_a_zip_is_told_by_its_place(tmp_path: Path) -> None:
    listed = [{"id": n, "image_id": n % 2, "category_id": 1, "bbox": BOX} for n in range(100)]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.json", json.dumps(whole(1, listed)))
    source = ZipSource(tmp_path / "a.zip", ArchiveLimits(entry_bytes=1_000))

    with pytest.raises(DatasetError) as fault:
        COCO.read(source, fail)

    assert str(fault.value) == "a.json: annotations[1]: image_id 1 names no image"
