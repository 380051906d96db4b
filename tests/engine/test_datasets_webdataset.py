"""Shards are read member by member: nothing is unpacked, no link followed, no header believed."""

import io
import json
import tarfile
import tempfile
from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export, shards, webdataset
from engine.datasets.formats.webdataset import WEBDATASET
from engine.datasets.sample import Sample
from engine.masks.rle import decode
from tests.engine.datasets_corpus import corpus, dataset_of, picture, samples, with_picture
from tests.engine.datasets_odd import (
    broken,
    odd_values,
    places,
    read_all,
    read_or_refuse,
    with_odd_value,
)
from tests.engine.test_datasets_coco import DATA, needs_data

THIRD_PARTY = DATA / "exports_thirdparty" / "datumaro_assets"


def add(tar: tarfile.TarFile, name: str, data: bytes, **fields: Any) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    tar.addfile(info, io.BytesIO(data))


def shard(folder: Path, members: dict[str, bytes], name: str = "a.tar") -> Path:
    with tarfile.open(folder / name, "w") as tar:
        for member, data in members.items():
            add(tar, member, data)
    return folder


def content() -> dict[str, Any]:
    return {
        "height": 3,
        "width": 4,
        "annotations": [
            {"id": 7, "category": "cat", "segmentation": {"size": [3, 4], "counts": [0, 3, 9]}},
            {"bbox": [0, 0, 1.5, 2], "category": "dog", "predicted_iou": 0.5},
        ],
    }


def test_shards_are_one_for_each_split_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        export(dataset_of(corpus()), WEBDATASET, FolderOut(tmp_path / name))

    names = ["holdout-000000.tar", "train-000000.tar"]
    assert [path.name for path in sorted((tmp_path / "a").iterdir())] == names
    assert all(
        (tmp_path / f"a/{n}").read_bytes() == (tmp_path / f"b/{n}").read_bytes() for n in names
    )
    with tarfile.open(tmp_path / "a/holdout-000000.tar") as tar:
        infos = tar.getmembers()
    assert [info.name for info in infos] == ["000000000.png", "000000000.json", "000000000.txt"]
    assert {(info.mtime, info.uid, info.uname, info.mode) for info in infos} == {(0, 0, "", 0o644)}


def by_name(found: list[Sample]) -> list[Sample]:
    return sorted(found, key=lambda each: each.file_name)


def test_everything_comes_back(tmp_path: Path) -> None:
    export(dataset_of(corpus()), WEBDATASET, FolderOut(tmp_path))

    found, problems = read_all(tmp_path, WEBDATASET)

    assert problems == []
    assert by_name(found) == by_name(corpus())
    for before, after in zip(by_name(corpus()), by_name(found), strict=True):
        assert before.load_bytes is not None
        assert after.load_bytes is not None
        assert after.load_bytes() == before.load_bytes()


@settings(max_examples=25)
@given(found=samples())
def test_any_masks_come_back_bit_for_bit(found: list[Sample]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        export(dataset_of(found), WEBDATASET, FolderOut(Path(folder)))

        assert by_name(read_all(Path(folder), WEBDATASET)[0]) == found


@pytest.mark.parametrize(("limit", "value"), [("IMAGES_OF_SHARD", 2), ("SHARD_BYTES", 3_000)])
def test_large_datasets_take_several_shards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(webdataset, limit, value)
    many = [with_picture(Sample(f"{number}.png", (9, 9))) for number in range(5)]

    export(dataset_of(many), WEBDATASET, FolderOut(tmp_path))

    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        f"shard-{number:06}.tar" for number in range(3)
    ]
    found, _ = read_all(tmp_path, WEBDATASET)
    assert [each.file_name for each in found] == [each.file_name for each in many]


def test_images_are_read_while_their_shard_is_gone_through(tmp_path: Path) -> None:
    export(dataset_of(corpus()), WEBDATASET, FolderOut(tmp_path))
    dataset = WEBDATASET.read(open_source(tmp_path), lambda _: None)

    sizes = {
        each.file_name: len(each.load_bytes()) for each in dataset.samples() if each.load_bytes
    }

    assert sizes == {each.file_name: len(picture(each.size_hw)) for each in corpus()}


def test_images_may_be_left_out(tmp_path: Path) -> None:
    named = replace(dataset_of(corpus()), has_images=False)

    export(named, WEBDATASET, FolderOut(tmp_path))

    found, problems = read_all(tmp_path, WEBDATASET)
    assert problems == []
    assert by_name(found) == by_name(corpus())
    assert not any(each.load_bytes for each in found)


@pytest.mark.parametrize("name", ["../../up", "a/b", "ä 1", ".", ""])
def test_split_that_names_no_file_comes_back(tmp_path: Path, name: str) -> None:
    odd = with_picture(Sample("1.png", (2, 2), split=name))

    export(dataset_of([odd]), WEBDATASET, FolderOut(tmp_path / "inside"))

    [sample], _ = read_all(tmp_path / "inside", WEBDATASET)
    assert sample.split == (name or None)
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]


def test_objects_in_json_of_others_are_read(tmp_path: Path) -> None:
    members = {"x/1.jpg": picture((3, 4)), "x/1.json": json.dumps(content()).encode()}

    [sample], problems = read_all(shard(tmp_path, members, "val-07.tar"), WEBDATASET)

    mask, box = sample.annotations
    assert problems == []
    assert (sample.file_name, sample.split) == ("val-07/x/1.jpg", "val")
    assert mask.rle is not None
    assert decode(mask.rle)[:, 0].all()
    assert (mask.label, mask.id, box.label) == ("cat", "7", "dog")
    assert (box.box_xywh, box.predicted_iou) == ((0, 0, 1.5, 2), 0.5)


def test_shards_of_img2dataset_and_of_sa1b_are_read(tmp_path: Path) -> None:
    sa1b = {"image": {"file_name": "sa_1.jpg", "height": 3, "width": 4}, "annotations": [
        {"id": 1, "segmentation": {"size": [3, 4], "counts": [0, 3, 9]}, "predicted_iou": 0.9}
    ]}  # fmt: skip
    members = {
        "000.jpg": picture((5, 6)),
        "000.txt": BOM_UTF8 + b"A cat.\n", "000.json": b'{"caption":"A cat."}',
        "001.png": picture((7, 8)), "001.json": b'{"caption":"A dog.","height":7,"width":8}',
        "sa_1.jpg": picture((3, 4)), "sa_1.json": json.dumps(sa1b).encode(),
        "2.cls": b"5", "2.jpeg": picture((2, 2)), "2.mask.png": picture((1, 1)),
    }  # fmt: skip

    found, problems = read_all(shard(tmp_path, members), WEBDATASET)

    assert problems == []
    assert [(e.file_name, e.size_hw, e.captions, len(e.annotations)) for e in found] == [
        ("a/000.jpg", (5, 6), ("A cat.",), 0),
        ("a/001.png", (7, 8), ("A dog.",), 0),
        ("a/sa_1.jpg", (3, 4), (), 1),
        ("a/2.jpeg", (2, 2), (), 0),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "a.tar: 1: "),
        (b"[]", "a.tar: 1: must be an object"),
        (b'{"height":NaN,"width":1}', "a.tar: 1: NaN is not a number"),
        (b"[" * 100_000, "a.tar: 1: JSON nested too deeply"),
        (b"{}", "a.tar: 1: no image is there"),
        (b'{"height":0,"width":1}', "a.tar: 1: height and width"),
        (b'{"anneal":{"file_name":5},"height":1,"width":1}', "a.tar: 1: .* must be text"),
    ],
)
def test_sample_that_cannot_be_used_is_told_and_the_next_read(
    tmp_path: Path, text: bytes, message: str
) -> None:
    members = {"1.json": text, "2.png": picture((2, 2))}

    [sample], [problem] = read_all(shard(tmp_path, members), WEBDATASET)

    assert sample.file_name == "a/2.png"
    with pytest.raises(type(problem), match=message):
        raise problem


def test_mask_that_cannot_be_used_is_told_by_place(tmp_path: Path) -> None:
    whole = content()
    whole["annotations"][0]["segmentation"]["size"] = [4, 3]
    folder = shard(tmp_path, {"1.png": picture((3, 4)), "1.json": json.dumps(whole).encode()})

    [sample], [problem] = read_all(folder, WEBDATASET)

    assert str(problem).startswith("a.tar: 1.json: annotations[0]: mask size 4 x 3 is not")
    assert [each.label for each in sample.annotations] == ["dog"]


def test_links_and_devices_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture((1, 1)))
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        add(tar, "1.png", b"", type=tarfile.SYMTYPE, linkname=str(tmp_path / "secret.png"))
        add(tar, "2.png", b"", type=tarfile.LNKTYPE, linkname="secret.png")
        add(tar, "3.png", b"", type=tarfile.CHRTYPE)
        add(tar, "4.png", b"", type=tarfile.FIFOTYPE)
        add(tar, "../../5.png", picture((2, 2)))

    [sample], problems = read_all(tmp_path, WEBDATASET)

    assert problems == []
    assert (sample.file_name, sample.size_hw) == ("a/5.png", (2, 2))


def huge_header(tar: Path) -> None:
    """Say of a header of names that it is eight gigabytes long."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 2**33 - 1
    tar.write_bytes(info.tobuf() + tar.read_bytes())


def header_that_leads_back(tar: Path) -> None:
    info = tarfile.TarInfo("x")
    info.size = -2048
    tar.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + tar.read_bytes())


def sparse_map_without_end(tar: Path) -> None:
    """Claim more holes than there are bytes to tell of them."""
    with tarfile.open(tar, "w", format=tarfile.PAX_FORMAT) as out:
        pax = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "1.png"}
        add(out, "1.png", b"99999999\n" + b"1\n" * 200_000, pax_headers=pax)


def cut_short(tar: Path) -> None:
    tar.write_bytes(tar.read_bytes()[:700])


def packed(tar: Path) -> None:
    tar.write_bytes(b"\x1f\x8b" + bytes(510))


@pytest.mark.parametrize(
    "harm", [huge_header, header_that_leads_back, sparse_map_without_end, cut_short, packed]
)
def test_shard_that_is_broken_or_hostile_is_told_and_the_next_read(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    shard(tmp_path, {"1.png": picture((2, 2)) * 20})
    shard(tmp_path, {"2.png": picture((2, 2))}, "b.tar")
    harm(tmp_path / "a.tar")

    found, problems = read_all(tmp_path, WEBDATASET)

    assert found[-1].file_name == "b/2.png"
    assert problems[0].file.startswith("a.tar")


def test_shard_of_too_many_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "MAX_MEMBERS", 2)
    folder = shard(tmp_path, {f"{number}.png": picture((2, 2)) for number in range(4)})

    found, [problem] = read_all(folder, WEBDATASET)

    assert len(found) <= 2
    assert problem.fault == "has more than 2 files"


def test_text_longer_than_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webdataset, "MAX_TEXT_BYTES", 10)
    folder = shard(tmp_path, {"1.png": picture((2, 2)), "1.json": json.dumps(content()).encode()})

    found, [problem] = read_all(folder, WEBDATASET)

    assert found == []
    assert str(problem) == "a.tar: 1.json: is longer than 10 bytes"


@needs_data
def test_no_folder_of_another_tool_is_taken_for_webdataset() -> None:
    assert not any(WEBDATASET.is_in(open_source(path)) for path in THIRD_PARTY.iterdir())


@settings(max_examples=60)
@given(place=places, odd=odd_values)
def test_odd_values_are_read_or_refused(place: int, odd: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = json.dumps(with_odd_value(content(), place, odd)).encode()
        read_or_refuse(shard(Path(folder), {"1.png": picture((3, 4)), "1.json": text}), WEBDATASET)


@settings(max_examples=60)
@given(data=st.data())
def test_broken_shards_are_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        export(dataset_of(corpus()[1:3]), WEBDATASET, FolderOut(Path(folder)))
        path = Path(folder) / "holdout-000000.tar"
        path.write_bytes(data.draw(broken(path.read_bytes())))
        read_or_refuse(Path(folder), WEBDATASET)
