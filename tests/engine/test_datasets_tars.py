"""Datasets in tars: read as from the folder they were packed from, and no other format is taken."""

import tarfile
from pathlib import Path

import pyarrow as pa
import pytest

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, TarSource, open_source
from engine.datasets.formats import FORMATS, Format, export
from engine.datasets.formats.detect import detect_format, formats_in
from engine.datasets.places import Placed, PlacedBytes
from engine.datasets.sample import Sample
from tests.engine.datasets_corpus import corpus, dataset_of, picture

KINDS = ("a.tar", "a.tar.gz", "a.tar.zst")


def packed(folder: Path, place: Path) -> Path:
    """Pack a folder as people do: with the folder itself in front of each name."""
    with tarfile.open(place, "w:gz" if place.suffix == ".gz" else "w") as tar:
        tar.add(folder, ".")
    if place.suffix == ".zst":
        place.write_bytes(pa.Codec("zstd").compress(place.read_bytes(), asbytes=True))
    return place


def fail(problem: DatasetError) -> None:
    raise problem


def by_name(form: Format, path: Path) -> list[Sample]:
    return sorted(form.read(open_source(path), fail).samples(), key=lambda each: each.file_name)


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_tar_is_told_and_read_as_the_folder_in_it(form: Format, tmp_path: Path) -> None:
    export(dataset_of(corpus()), form, FolderOut(tmp_path / "folder"))
    path = packed(tmp_path / "folder", tmp_path / "a.tar.gz")

    told = detect_format(open_source(path))

    assert told.read is form.read
    found, expected = by_name(form, path), by_name(form, tmp_path / "folder")
    assert found == expected
    for one, other in zip(found, expected, strict=True):
        assert one.load_bytes is not None
        assert other.load_bytes is not None
        assert one.load_bytes() == other.load_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_image_in_a_tar_is_found_again_by_its_place(kind: str, tmp_path: Path) -> None:
    export(dataset_of(corpus()), FORMATS["coco"], FolderOut(tmp_path / "folder"))
    path = packed(tmp_path / "folder", tmp_path / kind)
    bytes_of = PlacedBytes(path)

    for sample in FORMATS["coco"].read(open_source(path), fail).samples():
        assert isinstance(sample.load_bytes, Placed)
        assert bytes_of.read(sample.load_bytes.place) == picture(sample.size_hw)


def test_shard_of_webdataset_is_one_by_itself_and_packed(tmp_path: Path) -> None:
    form = FORMATS["webdataset"]
    train = [each for each in corpus() if each.split == "train"]
    export(dataset_of(train), form, FolderOut(tmp_path / "folder"))
    [shard] = (tmp_path / "folder").iterdir()
    again = tmp_path / f"{shard.name}.zst"
    again.write_bytes(pa.Codec("zstd").compress(shard.read_bytes(), asbytes=True))

    assert detect_format(open_source(shard)).name == form.name
    assert detect_format(open_source(again)).name == form.name
    assert by_name(form, again) == by_name(form, shard) == by_name(form, tmp_path / "folder")


def test_tar_of_images_alone_is_no_dataset(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("a.1.png", "a.2.png"):
        (tmp_path / "folder" / name).write_bytes(picture((3, 4)))

    source = open_source(packed(tmp_path / "folder", tmp_path / "a.tar"))

    assert isinstance(source, TarSource)
    assert formats_in(source) == []
