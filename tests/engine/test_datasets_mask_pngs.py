"""Masks as PNGs: ours are exact whatever their number, and microscopists' folders are read."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.datasets.errors import DatasetError
from engine.datasets.files import Within
from engine.datasets.formats.format import Format, export
from engine.datasets.formats.maps import masks_in, painted
from engine.datasets.formats.mask_pngs import MASK_FILES, MASK_MAPS
from engine.datasets.sample import Annotation, Sample, labels_of
from engine.masks.rle import decode, encode
from engine.media.label_maps import Numbers, read_numbers
from tests.engine.datasets_broken import (
    MemoryOut,
    MemorySource,
    areas,
    broken,
    check_reading,
    png,
    read_files,
    small_sample,
    written,
)
from tests.engine.datasets_corpus import box, dataset_of, picture, with_picture

MAPS, FILES = written(MASK_MAPS), written(MASK_FILES)


def line_of(files: dict[str, bytes]) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(files["objects.jsonl"])
    return line


def with_line(files: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    return files | {"objects.jsonl": json.dumps(line_of(files) | changes).encode()}


def with_object(files: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    first, *rest = line_of(files)["objects"]
    return with_line(files, objects=[first | changes, *rest])


@given(numbers=hnp.arrays(np.int64, (5, 7), elements=st.integers(0, 4)))
def test_masks_of_a_map_are_its_numbers_and_paint_it_again(numbers: Numbers) -> None:
    found = dict(masks_in(numbers, "map"))

    assert list(found) == sorted({*numbers.ravel().tolist()} - {0})
    for number, rle in found.items():
        assert rle == encode(numbers == number)
        assert np.array_equal(decode(rle), numbers == number)
    assert np.array_equal(painted(found.items(), (5, 7)), numbers)


def test_map_has_sixteen_bits_where_its_objects_need_them() -> None:
    size_hw = (20, 20)
    each = [
        box(size_hw, slice(n // 20, n // 20 + 1), slice(n % 20, n % 20 + 1)) for n in range(400)
    ]
    many = Sample("many.png", size_hw, tuple(Annotation(encode(mask), "cell") for mask in each))

    files = written(MASK_MAPS, [with_picture(many)])

    assert read_numbers(files["maps/many.png"]).ravel().tolist() == [*range(1, 401)]
    assert read_files(MASK_MAPS, files)[0] == [many]


def test_map_of_too_many_numbers_is_none_of_objects() -> None:
    with pytest.raises(DatasetError, match="has 70000 numbers: this is no map of objects"):
        list(masks_in(np.arange(70_000).reshape(100, 700), "map"))


def test_files_have_one_bit_a_pixel() -> None:
    assert FILES["masks/a/1/0001.png"][24:26] == b"\x01\x00"  # one bit, shades


def test_pairs_of_image_and_map_are_read_without_a_list() -> None:
    files = {
        "images/a.png": picture((2, 3)),
        "masks/a.png": png([[0, 1, 1], [0, 9, 0]]),
        "cells/b.tif": picture((1, 3)),
        "cells/b_cp_masks.png": png([[0, 300, 300]], np.uint16),
    }

    samples, _, problems = read_files(MASK_MAPS, files)

    assert problems == []
    assert MASK_MAPS.is_in(MemorySource(files))
    assert {each.file_name: areas(each) for each in samples} == {
        "a.png": [(None, 2), (None, 1)],
        "cells/b.tif": [(None, 2)],
    }


def test_data_science_bowl_is_read_without_a_list() -> None:
    files = {
        "stage1/abc/images/abc.png": picture((2, 3)),
        "stage1/abc/masks/1.png": png([[0, 255, 255], [0, 255, 0]]),
        "stage1/abc/masks/2.png": png([[255, 255, 0], [0, 0, 0]]),
        "stage1/abc/masks/3.png": png([[0, 0, 0], [0, 0, 0]]),
        "stage1/test/images/test.png": picture((2, 3)),
    }

    samples, _, problems = read_files(MASK_FILES, files)

    assert MASK_FILES.is_in(MemorySource(files))
    assert not MASK_MAPS.is_in(MemorySource(files))
    assert [areas(each) for each in samples] == [[(None, 3), (None, 2)], []]
    assert problems == ["stage1/abc/masks/3.png: mask is empty: it covers no pixel"]


def test_images_without_a_map_come_in_empty_and_maps_without_an_image_are_told() -> None:
    bits = png([[0, 1]])
    files = {
        **{f"images/{name}": picture((1, 2)) for name in ("a.jpg", "a.png", "val/b.png")},
        **{f"masks/{name}": bits for name in ("a.png", "c.png")},
        **{f"cells/{name}.png": bits for name in ("d_masks", "e_masks", "d_cp_output")},
        **{f"cells/{name}.png": picture((1, 2)) for name in ("d", "f")},
        "figures/g.png": picture((1, 2)),
    }

    samples, _, problems = read_files(MASK_MAPS, files)

    assert {each.file_name: areas(each) for each in samples} == {
        "a.jpg": [],
        "a.png": [(None, 1)],
        "val/b.png": [],
        "cells/d.png": [(None, 1)],
        "cells/f.png": [],
    }
    assert problems == [
        "images/a.jpg: its map, masks/a.png, is that of images/a.png: it comes in without objects",
        "cells/e_masks.png: the image of this map is not there",
        "masks/c.png: the image of this map is not there",
    ]


def test_folders_are_read_whatever_their_image_is_called_and_told_where_it_is_in_doubt() -> None:
    bits = png([[0, 255]])
    files = {
        "abc/images/abc.png": picture((1, 2)),
        **{f"{folder}/masks/1.png": bits for folder in ("abc", "other", "many", "none")},
        **{f"{name}.png": picture((1, 2)) for name in ("other/images/x", "many/images/x")},
        "many/images/y.png": picture((1, 2)),
    }

    samples, _, problems = read_files(MASK_FILES, files)

    assert {each.file_name: areas(each) for each in samples} == {
        "abc.png": [(None, 1)],
        "other/x.png": [(None, 1)],
        "many/x.png": [],
        "many/y.png": [],
    }
    assert problems == [
        "many/images: nothing tells which of 2 images the masks beside are of",
        "none/masks/1.png: the image of this map is not there",
    ]


def test_list_in_a_folder_of_a_zip_names_files_from_there() -> None:
    files = {f"export/{name}": data for name, data in FILES.items()}

    assert read_files(MASK_FILES, files)[0] == read_files(MASK_FILES, FILES)[0]


@pytest.mark.parametrize("form", [MASK_MAPS, MASK_FILES])
def test_splits_in_folders_of_their_own_are_read_whole(form: Format) -> None:
    """As versions are exported: each folder has lists of its own."""
    out = MemoryOut()
    apart = [replace(small_sample(), split="train"), replace(small_sample(), split="holdout")]
    labels = {"train": ("cell", "Zellkern, groß"), "holdout": ("scratch", "Zellkern, groß", "cell")}
    for sample in apart:
        assert sample.split
        part = dataset_of([sample], labels_of(labels[sample.split]))
        export(part, form, Within(out, sample.split))

    samples, dataset, problems = read_files(form, out.files)

    assert problems == []
    assert form.is_in(MemorySource(out.files))
    assert samples == sorted(apart, key=lambda each: str(each.split))
    assert [each.load_bytes is not None for each in samples] == [True, True]
    assert [(each.name, each.id) for each in dataset.labels] == [
        ("scratch", 1),
        ("Zellkern, groß", 2),
        ("cell", 3),
    ]


def test_folder_tells_the_split_where_its_list_does_not() -> None:
    line = {key: value for key, value in line_of(MAPS).items() if key != "split"}
    apart = MAPS | {"objects.jsonl": json.dumps(line).encode()}
    files = {f"val/{name}": data for name, data in apart.items()}

    samples, _, _ = read_files(MASK_MAPS, files)

    assert [each.split for each in samples] == ["val"]


@pytest.mark.parametrize(
    ("form", "files", "message"),
    [
        (MASK_MAPS, with_object(MAPS, number=7), "objects[0]: number 7 is nowhere in maps/a/1.png"),
        (MASK_MAPS, with_object(MAPS, number=True), "objects[0]: number True is nowhere"),
        (MASK_MAPS, with_object(MAPS, label="dog"), "objects[0]: label 'dog' is not in labels"),
        (MASK_MAPS, with_object(MAPS, label=["cell"]), "objects[0]: label ['cell'] is not in"),
        (MASK_MAPS, with_object(MAPS, box=[1, 2, 3]), "objects[0]: a box must be four numbers"),
        (MASK_MAPS, with_line(MAPS, objects=3), "objects[0]: must be a JSON object"),
        (MASK_MAPS, with_line(MAPS, height=7), "maps/a/1.png: has 6 x 8 pixels, but the image 7"),
        (MASK_MAPS, with_line(MAPS, width=-1), "line 1: height and width must be whole numbers"),
        (MASK_MAPS, with_line(MAPS, map="../x.png"), "line 1: ../x.png: is not there"),
        (MASK_FILES, with_object(FILES, file="x.png"), "objects[0]: x.png: is not there"),
        (MASK_FILES, with_object(FILES, file="labels.json"), "objects[0]: labels.json: "),
        (
            MASK_FILES,
            FILES | {"masks/a/1/0002.png": png(np.zeros((6, 8)))},
            "objects[1]: masks/a/1/0002.png: mask is empty",
        ),
    ],
)
def test_what_is_wrong_is_told_by_line_and_object(
    form: Format, files: dict[str, bytes], message: str
) -> None:
    _, _, problems = read_files(form, files)

    assert len(problems) == 1
    assert problems[0].startswith("objects.jsonl: line 1: ")
    assert message in problems[0]


@pytest.mark.parametrize("labels", [b"3", b"{}", b'[{"name": ""}]', b'[{"id": 1}]', b"[", b""])
def test_labels_that_are_none_are_refused(labels: bytes) -> None:
    with pytest.raises(DatasetError, match=r"^labels\.json: "):
        read_files(MASK_MAPS, MAPS | {"labels.json": labels})


@settings(max_examples=40)
@given(files=broken(MAPS))
def test_whatever_is_broken_of_maps_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(MASK_MAPS, files)


@settings(max_examples=40)
@given(files=broken(FILES))
def test_whatever_is_broken_of_files_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(MASK_FILES, files)
