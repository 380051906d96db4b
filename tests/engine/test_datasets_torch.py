"""`engine.datasets.open`: the images that a format's reader finds, by number, in any process."""

import json
import os
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from pyarrow import parquet
from torch.utils.data import DataLoader

import engine.datasets
from engine.datasets import line_copies
from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, ZipOut, open_source
from engine.datasets.formats import FORMATS, export
from engine.datasets.sample import Annotation, Sample
from engine.datasets.torch_dataset import MaskDataset, collate, line_bounds, open_dataset
from engine.masks.rle import decode, encode
from engine.media.images import decode_image
from tests.engine.datasets_corpus import box, corpus, dataset_of, picture, with_picture

Open = Callable[..., MaskDataset]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Open with copies of the test's own."""

    def opened(path: Path, **options: Any) -> MaskDataset:
        return open_dataset(path, cache=tmp_path / "cache", **options)

    return opened


def written(path: Path, name: str, samples: list[Sample] | None = None) -> Path:
    dataset = dataset_of(corpus() if samples is None else samples)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            export(dataset, FORMATS[name], ZipOut(archive))
    else:
        export(dataset, FORMATS[name], FolderOut(path))
    return path


def as_read(path: Path, name: str) -> list[Sample]:
    """What the format's own reader finds, split by split."""
    found = FORMATS[name].read(open_source(path), _fail).samples()
    return sorted(found, key=lambda sample: sample.split or "")


def _fail(problem: DatasetError) -> None:
    raise problem


@pytest.mark.parametrize("ending", ["", ".zip"])
@pytest.mark.parametrize("name", FORMATS)
def test_it_has_what_the_formats_own_reader_finds(
    name: str, ending: str, opened: Open, tmp_path: Path
) -> None:
    path = written(tmp_path / f"all{ending}", name)
    expected = as_read(path, name)

    dataset = opened(path)
    found = [dataset.sample(index) for index in range(len(dataset))]

    assert found == expected
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.load_bytes is not None
        assert theirs.load_bytes is not None
        assert mine.load_bytes() == theirs.load_bytes()


@pytest.mark.parametrize("name", ["jsonl", "coco", "webdataset", "yolo_detection"])
def test_an_item_has_pixels_masks_boxes_and_labels_of_its_image(
    name: str, opened: Open, tmp_path: Path
) -> None:
    path = written(tmp_path / "all", name)
    dataset = opened(path)
    names = {label.id: label.name for label in dataset.labels} | {0: None}

    for index, sample in enumerate(as_read(path, name)):
        item = dataset[index]
        assert sample.load_bytes is not None
        pixels = decode_image(sample.load_bytes()).pixels
        assert np.array_equal(item["image"].permute(1, 2, 0), pixels)
        assert item["image"].dtype == torch.uint8
        count, size_hw = len(sample.annotations), sample.size_hw
        masks = item["masks"].decode()
        assert (masks.dtype, masks.shape) == (torch.bool, (count, *size_hw))
        assert (item["boxes"].dtype, item["boxes"].shape) == (torch.float32, (count, 4))
        assert item["labels"].dtype == torch.int64
        assert [names[int(each)] for each in item["labels"]] == [
            each.label for each in sample.annotations
        ]
        for each, mask, has_mask in zip(sample.annotations, masks, item["has_mask"], strict=True):
            assert bool(has_mask) == (each.rle is not None)
            assert np.array_equal(mask, decode(each.rle) if each.rle else np.zeros(size_hw, bool))
        assert item["is_crowd"].tolist() == [each.is_crowd for each in sample.annotations]
        assert (item["file_name"], item["split"]) == (sample.file_name, sample.split)


def test_a_box_is_the_corners_of_its_mask_or_the_one_that_is_told(
    opened: Open, tmp_path: Path
) -> None:
    mask = Annotation(encode(box((20, 30), slice(4, 10), slice(3, 12))))
    alone = Annotation(None, None, (1.5, 0.25, 3.0, 2.0))
    path = written(
        tmp_path / "all", "jsonl", [with_picture(Sample("a.png", (20, 30), (mask, alone)))]
    )

    item = opened(path)[0]

    assert item["boxes"].tolist() == [[3, 4, 12, 10], [1.5, 0.25, 4.5, 2.25]]


@pytest.mark.parametrize("name", ["jsonl", "coco"])
def test_a_split_is_read_alone(name: str, opened: Open, tmp_path: Path) -> None:
    path = written(tmp_path / "all", name)

    names = {}
    for split in ("train", "holdout"):
        dataset = opened(path, split=split)
        names[split] = {dataset[index]["file_name"] for index in range(len(dataset))}

    assert names["holdout"] == {"whole.png"}
    assert names["train"] == {each.file_name for each in corpus()} - {"whole.png"}
    with pytest.raises(DatasetError, match="no split 'val'; known are: holdout, train"):
        opened(path, split="val")


def test_masks_are_decoded_only_where_they_are_asked_for(opened: Open, tmp_path: Path) -> None:
    size_hw = (1000, 1000)
    masks = [encode(box(size_hw, slice(n, n + 9), slice(n, n + 9))) for n in range(50)]
    sample = Sample("a.png", size_hw, tuple(map(Annotation, masks)))
    dataset = opened(written(tmp_path / "all", "jsonl", [sample]), decode=None)
    dataset[0]["masks"][0]

    tracemalloc.start()
    some = dataset[0]["masks"][10:20]
    one = some[3]
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(some) == 10
    assert np.array_equal(one, decode(masks[13]))
    assert one.numel() <= peak_bytes < 2 * one.numel()
    assert torch.equal(some.decode()[3], one)


# Not forked: a process of tests has threads, whose locks a fork would hold for ever.
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["jsonl", "coco.zip", "webdataset"])
def test_workers_of_a_loader_read_what_one_process_reads(
    name: str, opened: Open, tmp_path: Path
) -> None:
    many = [replace(each, file_name=f"{n}.png") for n in range(8) for each in corpus()[:1]]
    dataset = opened(written(tmp_path / name, name.removesuffix(".zip"), many))
    alone = [dataset[index] for index in range(len(dataset))]  # opens what there is to be shared

    loader = DataLoader(
        dataset, batch_size=3, num_workers=2, collate_fn=collate, multiprocessing_context="spawn"
    )
    batches = list(loader)

    assert [len(batch["image"]) for batch in batches] == [3, 3, 2]
    for key in ("file_name", "ids", "captions"):
        assert [each for batch in batches for each in batch[key]] == [each[key] for each in alone]
    for key in ("image", "boxes", "labels"):
        found = [each for batch in batches for each in batch[key]]
        assert all(map(torch.equal, found, [each[key] for each in alone]))  # type: ignore[literal-required]  # keys of Item
    masks = [each.decode() for batch in batches for each in batch["masks"]]
    assert all(map(torch.equal, masks, [each["masks"].decode() for each in alone]))


def test_a_copy_is_kept_for_as_long_as_no_file_changes(opened: Open, tmp_path: Path) -> None:
    path = written(tmp_path / "all", "coco", corpus()[:1])

    found = [opened(path).sample(0).file_name for _ in range(2)]

    assert found == ["shapes/holes.png"] * 2
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_file_that_was_changed_under_its_old_date_is_read_anew(
    opened: Open, tmp_path: Path
) -> None:
    path = written(tmp_path / "all", "coco", corpus()[:1])
    file = path / "annotations.json"
    opened(path)
    state = file.stat()
    changed = file.read_bytes().replace(b"holes.png", b"HOLES.png")
    while file.stat().st_ctime_ns == state.st_ctime_ns:  # the clock of some disks ticks slowly
        file.write_bytes(changed)
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))

    assert opened(path).sample(0).file_name == "shapes/HOLES.png"


def test_another_version_of_the_same_sizes_unzipped_at_the_same_place_is_read_anew(
    opened: Open, tmp_path: Path
) -> None:
    """Our zips date all files alike, and unzip restores that date."""
    place, aside = tmp_path / "all", tmp_path / "new"
    for path in (place, aside):
        written(path, "coco", corpus()[:1])
    file = aside / "annotations.json"
    file.write_bytes(file.read_bytes().replace(b"holes.png", b"HOLES.png"))
    for path in (*place.rglob("*"), *aside.rglob("*")):
        os.utime(path, ns=(0, 0))
    opened(place)
    place.rename(tmp_path / "old")

    aside.rename(place)

    assert opened(place).sample(0).file_name == "shapes/HOLES.png"


def test_a_copy_is_made_anew_by_readers_of_other_code(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "all", "coco", corpus()[:1])
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "reader.py").write_text(name)

    for names in (["old"], ["old"], ["new"], ["old", "new"]):
        monkeypatch.setattr(line_copies, "READERS", tuple(tmp_path / name for name in names))
        assert opened(path).sample(0).file_name == "shapes/holes.png"

    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_the_code_that_reads_is_where_copies_look_for_it() -> None:
    assert [bool(list(each.glob("*.py"))) for each in line_copies.READERS] == [True] * 3


def test_a_folder_of_lines_is_read_where_it_lies(opened: Open, tmp_path: Path) -> None:
    opened(written(tmp_path / "all", "jsonl"))

    assert not (tmp_path / "cache").exists()


def test_lines_may_lie_in_a_folder_of_a_folder_or_zip(opened: Open, tmp_path: Path) -> None:
    written(tmp_path / "top" / "all", "jsonl")
    with zipfile.ZipFile(tmp_path / "top.zip", "w") as archive:
        for path in filter(Path.is_file, (tmp_path / "top").rglob("*")):
            archive.write(path, path.relative_to(tmp_path / "top"))

    for path in (tmp_path / "top", tmp_path / "top.zip"):
        dataset = opened(path)
        found = [dataset.sample(index) for index in range(len(dataset))]

        assert found == as_read(path, "jsonl")
        assert [each["image"].shape[1:] for each in (dataset[n] for n in range(5))] == [
            each.size_hw for each in found
        ]


@pytest.mark.parametrize("name", ["jsonl", "mask_files"])
def test_exports_in_several_folders_are_opened_whole(
    name: str, opened: Open, tmp_path: Path
) -> None:
    for sample in corpus():
        written(tmp_path / "many" / str(sample.split) / sample.stem, name, [sample])

    dataset = opened(tmp_path / "many")

    assert sorted(dataset.sample(place).file_name for place in range(len(dataset))) == sorted(
        each.file_name for each in corpus()
    )
    assert all(dataset[place]["image"] is not None for place in range(len(dataset)))


def test_what_cannot_be_used_is_left_out_with_a_warning_each_time(
    opened: Open, tmp_path: Path
) -> None:
    path = written(tmp_path / "all", "coco", corpus()[:1])
    content = json.loads((path / "annotations.json").read_text())
    content["annotations"][1]["segmentation"]["counts"] = "?"
    (path / "annotations.json").write_text(json.dumps(content))

    for _ in range(2):
        with pytest.warns(UserWarning, match=r"1 left out.*annotations\[1\]: segmentation"):
            dataset = opened(path)

    assert [each.id for each in dataset.sample(0).annotations] == ["m1", "m3", "m4"]


def test_a_row_whose_picture_has_no_bytes_is_left_out_with_a_warning(
    opened: Open, tmp_path: Path
) -> None:
    path = tmp_path / "train.parquet"
    shared = {"height": 3, "width": 4}
    rows = [
        {"image": {"bytes": data, "path": f"{number}.png"}, **shared}
        for number, data in enumerate([picture((3, 4)), None, picture((3, 4))])
    ]
    parquet.write_table(pa.Table.from_pylist(rows), path)

    with pytest.warns(UserWarning, match=r"1 left out.*train.parquet: the image has no bytes"):
        dataset = opened(path)

    assert [each["file_name"] for each in (dataset[0], dataset[1])] == ["0.png", "2.png"]
    assert len(dataset) == 2


@pytest.mark.parametrize("name", ["annotations", "stuff", "keypoints"])
def test_names_that_are_no_text_are_opened_without_what_is_none(
    name: str, opened: Open, tmp_path: Path
) -> None:
    """JSON spells halves of pairs of UTF-16, and disks have names that are no UTF-8."""
    path = tmp_path / "all"
    path.mkdir()
    mask = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 4, 1, 4, 4]]}
    content = {
        "images": [{"id": 1, "file_name": "\udcff.png", "height": 6, "width": 8}],
        "categories": [
            {"id": 1, "name": "cell\ud800", "more": "\ud800"},
            {"id": 2, "name": "cell"},
            {"id": 3, "name": "\ud800"},
        ],
        "annotations": [
            {**mask, "parent": "a\ud800", "mask_id": "b\ud800"},
            {**mask, "category_id": 3},
        ],
    }
    (path / f"{name}.json").write_text(json.dumps(content))
    Path(path, os.fsdecode(b"\xff.png")).write_bytes(picture((6, 8)))

    dataset = opened(path)

    sample = dataset.sample(0)
    assert (sample.file_name, [each.name for each in dataset.labels]) == ("_.png", ["cell"])
    told = [(each.label, each.id, each.parent) for each in sample.annotations]
    assert told == [("cell", "b", "a"), (None, "", None)]
    assert dataset[0]["image"].shape == (3, 6, 8)


def test_box_that_is_none_is_told_by_its_place_and_the_mask_beside_it_opens(
    opened: Open, tmp_path: Path
) -> None:
    path = tmp_path / "all"
    path.mkdir()
    shared = {"image_id": 1, "category_id": 1}
    content = {
        "images": [{"id": 1, "file_name": "a.png", "height": 6, "width": 8}],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [
            {"id": 1, **shared, "bbox": [3, 3, -2, 2]},
            {"id": 2, **shared, "segmentation": [[1, 1, 4, 1, 4, 4]]},
        ],
    }
    (path / "a.json").write_text(json.dumps(content))

    with pytest.warns(UserWarning, match=r"1 left out.*a.json: annotations\[0\]: bbox: a box must"):
        dataset = opened(path)

    assert [each.rle is not None for each in dataset.sample(0).annotations] == [True]


def test_images_that_are_described_alone_open_without_a_size(opened: Open, tmp_path: Path) -> None:
    line = {"image_id": "4", "dataset_id": "d", "annotator_id": 1, "caption": "A cell."}
    path = tmp_path / "narratives.jsonl"
    path.write_text(json.dumps(line | {"timed_caption": [], "traces": [[]]}))

    with pytest.warns(UserWarning, match=r"narratives.jsonl: 1 traces left out"):
        sample = opened(path).sample(0)

    assert (sample.size_hw, sample.captions) == ((0, 0), ("A cell.",))


def test_nothing_there_and_nothing_known_are_told_by_name(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "a.xyz").touch()

    with pytest.raises(DatasetError, match=r"nowhere: there is no such file or folder"):
        opened(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="no known format"):
        opened(tmp_path / "strange")
    with pytest.raises(DatasetError, match="no format 'CoCo'; known are coco, "):
        opened(tmp_path / "strange", form="CoCo")


def test_an_archive_that_became_hostile_is_told_by_name(opened: Open, tmp_path: Path) -> None:
    path = written(tmp_path / "a.zip", "coco")
    load_bytes = opened(path).sample(0).load_bytes
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../evil.json", "{}")

    with pytest.raises(DatasetError, match=r"a.zip: \.\./evil.json: Its name points outside"):
        opened(path)
    assert load_bytes is not None
    with pytest.raises(DatasetError, match=r"a.zip: \.\./evil.json: Its name points outside"):
        load_bytes()


def test_a_broken_line_is_told_by_file_and_number(opened: Open, tmp_path: Path) -> None:
    path = written(tmp_path / "all", "jsonl")
    file = path / "samples-train-000000.jsonl"
    lines = file.read_bytes().split(b"\n")
    file.write_bytes(
        b"\n".join([lines[0], b"{", lines[2].replace(b'"counts":"', b'"counts":"!', 1)])
    )
    dataset = opened(path, split="train")

    assert dataset.sample(0) == as_read(written(tmp_path / "whole", "jsonl"), "jsonl")[1]
    with pytest.raises(DatasetError, match=r"samples-train-000000.jsonl: line 2: not JSON"):
        dataset.sample(1)
    with pytest.raises(DatasetError, match=r"line 3: objects\[0\]: mask counts: character 0"):
        dataset[-1]
    with pytest.raises(IndexError, match="image 3 of 3"):
        dataset[3]


def test_an_image_that_is_missing_or_another_is_told_by_name(opened: Open, tmp_path: Path) -> None:
    path = written(tmp_path / "all", "jsonl", corpus()[:2])
    (path / "images" / "whole.png").unlink()
    (path / "images" / "shapes" / "holes.png").write_bytes(_bytes_of(corpus()[2]))

    missing, other = (opened(path, split=split) for split in ("holdout", "train"))

    assert missing.sample(0).file_name == "whole.png"
    with pytest.raises(DatasetError, match=r"images/whole.png: is not there"):
        missing[0]
    with pytest.raises(DatasetError, match=r"holes.png: the image has 4 x 9 pixels, .* 20 x 30"):
        other[0]


def test_no_line_of_a_stranger_leads_out_of_its_folder(opened: Open, tmp_path: Path) -> None:
    path = written(tmp_path / "all", "jsonl", corpus()[1:2])
    secret = tmp_path / "secret.png"
    secret.write_bytes(_bytes_of(corpus()[1]))
    file = path / "samples-holdout-000000.jsonl"
    line = json.loads(file.read_text())
    for odd in (
        {"copy": str(secret), "place": [str(secret)]},
        {"file_name": "../../secret.png"},
        {"file_name": "link.png"},
    ):
        file.write_text(json.dumps({**line, "file_name": "no.png", **odd}) + "\n")
        (path / "images" / "link.png").unlink(missing_ok=True)
        (path / "images" / "link.png").symlink_to(secret)

        with pytest.raises(DatasetError, match="is not there"):
            opened(path)[0]


def linked(path: Path, blobs: Path) -> Path:
    """Put each file aside and a link in its place, as the Hugging Face hub's cache and DVC do."""
    blobs.mkdir()
    files = sorted(each for each in path.rglob("*") if each.is_file())
    for number, file in enumerate(files):
        file.rename(blobs / str(number))
        file.symlink_to(blobs / str(number))
    return path


@pytest.mark.parametrize("name", ["coco", "yolo", "huggingface"])
def test_a_folder_of_links_says_that_they_are_not_followed(
    name: str, opened: Open, tmp_path: Path
) -> None:
    path = linked(written(tmp_path / "all", name), tmp_path / "blobs")

    with pytest.raises(DatasetError, match="is a link, and none is followed: `cp -rL`"):
        opened(path)


def test_images_that_are_links_are_told_where_the_rest_is_read(
    opened: Open, tmp_path: Path
) -> None:
    path = written(tmp_path / "all", "coco")
    linked(path / "images", tmp_path / "blobs")

    with pytest.warns(UserWarning, match="left out, as it cannot be used.*is a link"):
        dataset = opened(path)

    assert dataset.sample(0).load_bytes is None


def test_an_image_of_lines_that_is_a_link_is_told_to_be_one(opened: Open, tmp_path: Path) -> None:
    path = written(tmp_path / "all", "jsonl", corpus()[1:2])
    linked(path / "images", tmp_path / "blobs")

    with pytest.raises(DatasetError, match="is not there: it is a link"):
        opened(path)[0]


def _bytes_of(sample: Sample) -> bytes:
    assert sample.load_bytes is not None
    return sample.load_bytes()


def test_lines_end_as_files_of_any_tool_end_them(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\r\n{}\n\n{1}\r\n\r\n \t\n{22}\n  ")

    assert [path.read_bytes()[start:end] for start, end in line_bounds(path)] == [
        b"{}\n",
        b"{1}\r\n",
        b"{22}\n",
    ]


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n{22}")

    assert line_bounds(path).tolist() == [[0, 3], [3, 7]]


def test_a_split_whose_name_no_file_can_have_is_left_out(opened: Open, tmp_path: Path) -> None:
    path = tmp_path / "train.parquet"
    image = {"bytes": picture((3, 4)), "path": None}
    rows = [{"image": image, "split": split} for split in ("train", "ä" * 100)]
    parquet.write_table(pa.Table.from_pylist(rows), path)

    with pytest.warns(UserWarning, match=r"1 left out.*the split's name is too long: ä{20}"):
        dataset = opened(path)

    assert [dataset.sample(index).split for index in range(len(dataset))] == ["train"]


def test_the_package_opens_and_loads_no_torch_before_it_is_asked_to(tmp_path: Path) -> None:
    path = written(tmp_path / "all", "jsonl")
    code = "import sys, engine.datasets.formats; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # our own
    assert len(engine.datasets.open(path)) == len(corpus())
    with pytest.raises(AttributeError, match="no attribute 'close'"):
        engine.datasets.close  # noqa: B018  # asked for
