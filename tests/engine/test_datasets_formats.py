"""What a format keeps comes back bit for bit; what it does not keep is told and counted."""

import tempfile
import zipfile
from codecs import BOM_UTF8
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from engine.datasets.choosing import Choice, chosen
from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, ZipOut, open_source
from engine.datasets.formats import FORMATS, READERS, Format, export, export_apart
from engine.datasets.sample import Annotation, Dataset, Sample
from engine.datasets.torch_dataset import open_dataset
from engine.datasets.traits import ALL, Losses, Trait, kept
from engine.masks.rle import encode
from tests.engine import (
    test_datasets_camvid,
    test_datasets_coco_results,
    test_datasets_createml,
    test_datasets_csv_boxes,
    test_datasets_described,
    test_datasets_dota,
    test_datasets_huggingface_disk,
    test_datasets_kitti,
    test_datasets_kitti_instances,
    test_datasets_label_studio_min,
    test_datasets_labelme_xml,
    test_datasets_mots,
    test_datasets_mots_txt,
    test_datasets_open_images,
    test_datasets_roboflow_masks,
    test_datasets_vott,
)
from tests.engine.datasets_broken import MemorySource, read_files, written
from tests.engine.datasets_corpus import LABELS, box, corpus, dataset_of, samples, with_picture
from tests.engine.format_table import lines

STRANGERS = {
    "camvid": test_datasets_camvid.FILES,
    "coco_results": test_datasets_coco_results.FILES,
    "createml": test_datasets_createml.FILES,
    "csv_boxes": test_datasets_csv_boxes.FILES,
    "dota": test_datasets_dota.FILES,
    "huggingface_disk": test_datasets_huggingface_disk.FILES,
    "kitti": test_datasets_kitti.FILES,
    "kitti_instances": test_datasets_kitti_instances.FILES,
    "label_studio_min": test_datasets_label_studio_min.FILES,
    "labelme_xml": test_datasets_labelme_xml.FILES,
    "localized_narratives": test_datasets_described.NARRATIVES,
    "mots": test_datasets_mots.FILES,
    "mots_txt": test_datasets_mots_txt.FILES,
    "open_images": test_datasets_open_images.FILES,
    "pixmo_captions": test_datasets_described.ROWS,
    "roboflow_masks": test_datasets_roboflow_masks.FILES,
    "vott": test_datasets_vott.FILES,
}

formats = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)


def fail(problem: DatasetError) -> None:
    raise problem


def held(found: list[Sample], form: Format) -> tuple[list[Sample], Losses]:
    """What a format ought to hold of images, in the order of their names."""
    pairs = [kept(sample, form.keeps) for sample in found]
    left = [sample for sample, _ in pairs if sample is not None]
    return sorted(left, key=lambda each: each.file_name), sum((lost for _, lost in pairs), Losses())


def read_again(path: Path, form: Format) -> Dataset:
    return form.read(open_source(path), fail)


def by_name(dataset: Dataset) -> list[Sample]:
    return sorted(dataset.samples(), key=lambda each: each.file_name)


@formats
def test_out_and_in_again_is_what_the_format_keeps(form: Format, tmp_path: Path) -> None:
    found = corpus()
    expected, expected_losses = held(found, form)

    losses = export(dataset_of(found), form, FolderOut(tmp_path)).losses
    again = read_again(tmp_path, form)

    assert by_name(again) == expected
    assert losses == expected_losses
    used = {each.label for sample in expected for each in sample.annotations} - {None}
    assert used <= {label.name for label in again.labels} <= {label.name for label in LABELS}


@pytest.mark.parametrize("name", [name for name in READERS if name != "images"])
def test_text_that_begins_with_a_byte_order_mark_is_read_as_it_is_without(name: str) -> None:
    """As editors of Windows save it: https://www.unicode.org/faq/utf_bom.html, bom1."""
    reader = READERS[name]
    files = dict(STRANGERS[name] if name in STRANGERS else written(FORMATS[name]))
    marked = {path: BOM_UTF8 + data if _is_text(data) else data for path, data in files.items()}

    found, dataset, problems = read_files(reader, marked)

    without = read_files(reader, files)
    assert (found, dataset.labels, problems) == (without[0], without[1].labels, without[2])
    assert found
    assert reader.is_in(MemorySource(marked))


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


@formats
def test_image_bytes_come_back_and_may_be_left_out_where_sizes_are_told(
    form: Format, tmp_path: Path
) -> None:
    found = corpus()
    export(dataset_of(found), form, FolderOut(tmp_path))

    for before, after in zip(
        held(found, form)[0], by_name(read_again(tmp_path, form)), strict=True
    ):
        assert before.load_bytes is not None
        assert after.load_bytes is not None
        assert after.load_bytes() == before.load_bytes()


@formats
def test_no_map_of_a_linked_export_is_taken_for_an_image(form: Format, tmp_path: Path) -> None:
    """An image without its file may be called as one of its masks is."""
    found = [*corpus(), replace(corpus()[3], file_name="0001.png")]
    linked = chosen(dataset_of(found), Choice())
    tells_sizes = not form.name.startswith("yolo")  # others' numbers are shares of a size
    problems: list[DatasetError] = []

    export(linked, form, FolderOut(tmp_path / "in"))
    again = by_name(form.read(open_source(tmp_path / "in"), problems.append))

    assert again == (held(found, form)[0] if tells_sizes else [])
    assert [each.file_name for each in again if each.load_bytes] == []
    assert bool(problems) is not tells_sizes
    if tells_sizes:
        opened = open_dataset(tmp_path / "in", form=form.name, cache=tmp_path / "cache")
        assert len(opened) == len(again)
        with pytest.raises(DatasetError, match="is not there"):
            opened[0]


@pytest.mark.parametrize(
    "form", [each for each in FORMATS.values() if not each.tells_splits], ids=lambda form: form.name
)
def test_images_of_splits_that_lie_apart_are_their_own_where_names_end_alike(
    form: Format, tmp_path: Path
) -> None:
    apart = [
        with_picture(
            Sample(
                name,
                size_hw,
                (Annotation(encode(box(size_hw, slice(1, 3), slice(1, 4))), "cell"),),
                captions=("A cell.",),
                split=split,
            )
        )
        for name, size_hw, split in [("a/1.png", (5, 6), "train"), ("1.png", (5, 7), "holdout")]
    ]

    export_apart(dataset_of(apart), form, FolderOut(tmp_path), ["train", "holdout"])

    found = {each.file_name: each.load_bytes for each in read_again(tmp_path, form).samples()}
    assert {name: load and load() for name, load in found.items()} == {
        each.file_name: each.load_bytes and each.load_bytes() for each in apart
    }


@formats
def test_zip_twice_is_the_same_bytes_and_reads_as_the_folder_does(
    form: Format, tmp_path: Path
) -> None:
    found = dataset_of(corpus())
    for name in ("a.zip", "b.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            export(found, form, ZipOut(archive))
    export(found, form, FolderOut(tmp_path / "folder"))

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert by_name(read_again(tmp_path / "a.zip", form)) == by_name(
        read_again(tmp_path / "folder", form)
    )


@formats
@settings(max_examples=25)
@given(found=samples())
def test_any_masks_come_back_bit_for_bit(form: Format, found: list[Sample]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        losses = export(dataset_of(found), form, FolderOut(Path(folder))).losses
        again = by_name(read_again(Path(folder), form))

    expected, expected_losses = held(found, form)
    assert again == expected
    assert losses == expected_losses


@formats
def test_format_is_told_by_its_files_and_taken_for_no_other(form: Format, tmp_path: Path) -> None:
    """Of those that one reader reads, as YOLO's two, any will do."""
    export(dataset_of(corpus()), form, FolderOut(tmp_path))

    told = [each for each in READERS.values() if each.is_in(open_source(tmp_path))]

    assert form.reader in told
    assert {each.read for each in told} == {form.read}


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_format_is_told_by_its_files_and_taken_for_no_other(name: str) -> None:
    told = [each.name for each in READERS.values() if each.is_in(MemorySource(STRANGERS[name]))]

    assert told == [name]


def test_every_format_that_is_only_read_is_asked_for_by_its_files() -> None:
    """Images alone are told by nothing, as images lie beside most datasets."""
    assert STRANGERS.keys() == READERS.keys() - FORMATS.keys() - {"images"}


@pytest.mark.parametrize(
    ("name", "file_names"),
    [
        ("cityscapes", ("a.png", "default/a.png", "default/a-2.png")),
        ("cityscapes", ("default/a-2.png", "default/a.png", "a.png")),
        ("yolo", ("images/a.png", "images_/a.jpg")),
        ("yolo_detection", ("images_/a.png", "images/a.png")),
        (
            "yolo",
            ("images/A.png", "images_/a.png"),
        ),  # one file where capitals are told apart nowhere
    ],
)
def test_images_that_a_layout_gives_one_name_are_all_there_with_what_is_on_them(
    name: str, file_names: tuple[str, ...], tmp_path: Path
) -> None:
    rows = [encode(box((4, 5), slice(y, y + 1), slice(0, 5))) for y in range(len(file_names))]
    found = [
        with_picture(Sample(each, (4, 5), (Annotation(rle, "cell"),)))
        for each, rle in zip(file_names, rows, strict=True)
    ]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        export(dataset_of(found), FORMATS[name], ZipOut(archive))

    again = list(read_again(tmp_path / "a.zip", FORMATS[name]).samples())

    assert len({each.file_name.casefold() for each in again}) == len(found)
    assert all(each.load_bytes for each in again)
    expected, _ = held(found, FORMATS[name])
    assert sorted(repr(each.annotations) for each in again) == sorted(
        repr(each.annotations) for each in expected
    )


def test_lower_masks_give_way_where_a_format_holds_no_overlaps() -> None:
    whole = next(each for each in corpus() if each.file_name == "whole.png")

    left, losses = kept(replace(whole, split=None), ALL - {Trait.OVERLAPS})

    assert left is not None
    assert losses == Counter({Trait.OVERLAPS: 2})
    assert [each.parent for each in left.annotations] == [None, "a", "b"]


def test_a_mask_of_which_nothing_is_seen_is_left_out_where_masks_lie_flat_and_that_is_told() -> (
    None
):
    body = encode(box((6, 6), slice(1, 4), slice(1, 4)))
    whole = Annotation(body, "car", id="a", caption="Red.")
    part = Annotation(body, "door", id="b", parent="a")

    left, losses = kept(Sample("a.png", (6, 6), (whole, part)), FORMATS["voc"].keeps)

    assert left is not None
    assert left.annotations == (replace(part, parent=None),)
    assert losses == Counter({Trait.OVERLAPS: 1, Trait.COVERED: 1})


def test_of_objects_that_are_lost_altogether_nothing_is_told_that_would_be_left() -> None:
    whole = next(each for each in corpus() if each.file_name == "whole.png")

    left, losses = kept(whole, {Trait.CAPTIONS, Trait.SPLITS, Trait.EMPTY})

    assert left is not None
    assert (left.annotations, left.captions) == ((), whole.captions)
    assert losses.keys() == {
        *(Trait.MASKS, Trait.LABELS, Trait.IDS, Trait.PARENTS),
        *(Trait.MASK_CAPTIONS, Trait.ATTRIBUTES, Trait.ESTIMATES),
    }


@pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "a/../../b", "", "a//b", "./a"])
def test_nothing_is_written_outside_its_folder(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for out in (FolderOut(tmp_path / "in"), ZipOut(archive)):
            with pytest.raises(DatasetError, match="leads out"), out.file(name):
                pass


@formats
def test_a_hostile_split_or_name_stays_within_the_folder(form: Format, tmp_path: Path) -> None:
    hostile = replace(corpus()[0], split="../../evil", file_name="a.png")

    try:
        export(dataset_of([hostile]), form, FolderOut(tmp_path / "in" / "deep"))
    except DatasetError as refused:
        assert "leads out" in str(refused)  # noqa: PT017  # either is right

    assert {path.name for path in tmp_path.rglob("*evil*")} <= {
        path.name for path in (tmp_path / "in" / "deep").rglob("*evil*")
    }


def test_a_file_by_itself_is_a_source_of_one(tmp_path: Path) -> None:
    export(dataset_of(corpus()), FORMATS["cvat"], FolderOut(tmp_path))

    alone = read_again(tmp_path / "annotations.xml", FORMATS["cvat"])

    assert [replace(each, load_bytes=None) for each in by_name(alone)] == [
        replace(each, load_bytes=None) for each in held(corpus(), FORMATS["cvat"])[0]
    ]


def test_the_page_of_formats_says_what_is_written_and_read() -> None:
    page = Path("engine/datasets/FORMATS.md").read_text()

    assert page == "\n".join(lines()) + "\n"
