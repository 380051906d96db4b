"""YOLO's layouts, and what nobody should train on or unpack."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, FolderSource
from engine.datasets.formats import FORMATS, export
from engine.datasets.formats.pictures import Pictures
from engine.datasets.sample import Sample
from tests.engine.datasets_broken import broken, check_reading, png, read_files, written
from tests.engine.datasets_corpus import dataset_of, picture, with_picture
from tests.engine.test_datasets_coco import DATA, needs_data

YOLO = FORMATS["yolo"]
STRANGERS = {
    "classes.txt": b"cell\nbud\n",
    "images/1.png": png([[0] * 8] * 6),
    "labels/1.txt": b"0 0.5 0.5 0.5 0.25 0.9\n1 0.1 0.1 0.6 0.1 0.6 0.6\n",
}


def data_yaml(folder: Path, *splits: str) -> dict[str, object]:
    samples = [with_picture(Sample(f"{split}.png", (2, 2), split=split)) for split in splits]
    export(dataset_of(samples), YOLO, FolderOut(folder))
    found: dict[str, object] = yaml.safe_load((folder / "data.yaml").read_text())
    return found


@pytest.mark.parametrize(
    ("splits", "told"),
    [
        (["train", "holdout"], {"train": "train", "val": "train", "test": "holdout"}),
        (["unfinished", "holdout"], {"train": "unfinished", "val": "unfinished"}),
        (["holdout"], {"train": "train", "val": "train", "test": "holdout"}),
        (["train", "val", "test"], {"train": "train", "val": "val", "test": "test"}),
    ],
)
def test_nobody_trains_on_the_holdout_or_keeps_weights_by_it(
    tmp_path: Path, splits: list[str], told: dict[str, str]
) -> None:
    found = data_yaml(tmp_path, *splits)

    assert found.items() >= {key: f"images/{split}" for key, split in told.items()}.items()


def test_lines_beyond_what_an_image_may_have_are_told() -> None:
    box = b"0 0.5 0.5 0.5 0.25\n"
    files = STRANGERS | {"labels/1.txt": box + b"\n" * 99_999 + box}

    [sample], _, [problem] = read_files(YOLO, files)

    assert len(sample.annotations) == 1
    assert problem.startswith("labels/1.txt: line 100001: lines from here on are not read")


@pytest.mark.parametrize(
    ("splits", "note"),
    [
        (["train", "holdout"], "names images/train as val, too"),
        (["unfinished"], "names images/unfinished as val, too"),
        (["holdout"], "names images/train to train on, and there are no such images"),
        (["train", "val", "holdout"], ""),
    ],
)
def test_who_would_validate_on_what_is_trained_on_is_told(splits: list[str], note: str) -> None:
    assert note in YOLO.note(splits)
    assert bool(note) == bool(YOLO.note(splits))


def test_images_are_found_from_whatever_folder_ultralytics_runs_in(tmp_path: Path) -> None:
    """It takes a `path` that exists there before that of the file (`check_det_dataset`)."""
    assert "path" not in data_yaml(tmp_path, "train")


def test_labels_lie_where_ultralytics_looks_for_those_of_an_image(tmp_path: Path) -> None:
    """It takes the last folder `images` of a path for `labels` (ultralytics/data/utils.py)."""
    sample = with_picture(Sample("images/deep/a.png", (2, 2), split="train"))
    export(dataset_of([sample]), YOLO, FolderOut(tmp_path))

    (image,) = (path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png"))
    before, _, after = image.rpartition("images/")
    assert (tmp_path / f"{before}labels/{after}").with_suffix(".txt").is_file()
    (again,) = YOLO.read(FolderSource(tmp_path), print).samples()
    assert again.file_name == "images_/deep/a.png"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: &a [x, x]\nnames: [*a, *a]", "aliases are not read"),
        ("names: [[x]]", "`names` must be texts"),
        ("names: {1: x}", "`names` must be a list, or numbered from 0"),
        ("names: [", "must be YAML"),
        ("[]", "must be YAML with a list `names`"),
        ("names: [x]\nkpt_shape: 17", "`kpt_shape` must be a count of points, and 2 or 3"),
    ],
)
def test_a_list_of_classes_that_is_none_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "data.yaml").write_text(text)

    with pytest.raises(DatasetError, match=f"data.yaml: {fault}"):
        YOLO.read(FolderSource(tmp_path), print)


def test_lists_of_one_name_are_refused_where_they_differ_and_both_are_named() -> None:
    files = {"a/classes.txt": b"cell\nbud\n", "b/classes.txt": b"bud\ncell\n"}

    with pytest.raises(DatasetError, match=r"b/classes.txt: lists other classes than a/classes"):
        read_files(YOLO, files)
    same = read_files(YOLO, files | {"b/classes.txt": b"cell\nbud"})[1]
    assert [each.name for each in same.labels] == ["cell", "bud"]


@pytest.mark.parametrize("name", ["classes.txt", "obj.names"])
def test_blank_line_among_classes_is_refused_as_it_may_count_or_not(name: str) -> None:
    with pytest.raises(DatasetError, match=f"{name}: line 2: is blank"):
        read_files(YOLO, {name: b"cell\n\nbud\n"})
    below = read_files(YOLO, {name: b"cell\nbud\n\n \n"})[1]
    assert [each.name for each in below.labels] == ["cell", "bud"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("2 0.5 0.5 0.1 0.1", "class 2 is none of 0 to 1"),
        ("x 0.5 0.5 0.1 0.1", "whole number and shares"),
        ("0 0.5 0.5 nan 0.1", "from 0 to 1"),
        ("0 0.5 1e400 0.1 0.1", "from 0 to 1"),
        ("0 0.1 0.1 0.2 0.2 0.3 0.3 0.4", "7 numbers are neither"),
        ("0 0.5", "1 numbers are neither"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path, line: str, fault: str) -> None:
    (tmp_path / "classes.txt").write_text("a\nb\n")
    (tmp_path / "x.png").write_bytes(picture((10, 10)))
    (tmp_path / "x.txt").write_text(f"{line}\n1 0.5 0.5 0.2 0.4\n")
    problems: list[DatasetError] = []

    # The labels lie at the top here, where lists lie, too: beside an image they are its labels.
    (sample,) = YOLO.read(FolderSource(tmp_path), problems.append).samples()

    assert [str(each) for each in problems] == [str(problems[0])]
    assert "x.txt: line 1: " in str(problems[0])
    assert fault in str(problems[0])
    assert [each.box_xywh for each in sample.annotations] == [(4, 3, 2, 4)]


def test_labels_without_an_image_are_told_also_at_the_top_where_lists_lie() -> None:
    files = {
        "classes.txt": b"cell",
        "names.txt": b"7\n8\n",
        "train.txt": b"data/a.png\n",
        "a.png": picture((4, 4)),
        "a.txt": b"0 0.5 0.5 0.5 0.5\n",
        "b.txt": b"0 0.5 0.5 0.5 0.5\n",
    }

    samples, _, problems = read_files(YOLO, files)

    assert [each.file_name for each in samples] == ["a.png"]
    assert problems == ["b.txt: no image of this name is there, which tells its size"]


@pytest.mark.parametrize(
    ("shape", "points"), [("[2, 3]", b"0.4 0.4 2 0 0 0"), ("[2, 2]", b"0.4 0.4 0 0")]
)
def test_boxes_of_poses_are_read_and_the_points_that_are_seen_are_counted(
    shape: str, points: bytes
) -> None:
    box = b"0 0.5 0.5 0.5 0.5"
    files = STRANGERS | {
        "data.yaml": f"names: [cell]\nkpt_shape: {shape}".encode(),
        "labels/1.txt": b"\n".join([box + b" " + points, box, box + b" " + points + b" 0.9 0"]),
    }

    [sample], _, [problem] = read_files(YOLO, files)

    assert [(each.rle, each.box_xywh) for each in sample.annotations] == 2 * [
        (None, (2, 1.5, 4, 3))
    ]
    assert sample.left_out == {"keypoints left out": 1}
    assert problem.startswith("labels/1.txt: line 3: ")
    assert problem.endswith("numbers behind a box are not 2 points")


@needs_data
@pytest.mark.parametrize(
    ("folder", "images", "masks", "boxes"),
    [
        ("datumaro_assets/yolo_dataset", 1, 0, 2),
        ("datumaro_assets/roboflow_dataset/yolo", 3, 0, 4),
        ("labelstudio_sdk/test_import_yolo_data", 5, 0, 17),
    ],
)
def test_other_tools_labels_come_in_whole(folder: str, images: int, masks: int, boxes: int) -> None:
    dataset = YOLO.read(FolderSource(DATA / "exports_thirdparty" / folder), lambda _: None)
    samples = list(dataset.samples())
    objects = [each for sample in samples for each in sample.annotations]

    assert len(samples) == images
    assert sum(each.rle is not None for each in objects) == masks
    assert sum(each.rle is None for each in objects) == boxes


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        (["a.png", "train/a.png"], "data/train/a.png", "train/a.png"),
        (["train/a.png"], "val/a.png", None),
        (["train/a.png", "val/a.png"], "a.png", None),
        (["images/a.png", "masks/a.png"], "a.png", "images/a.png"),
        (["JPEGImages/a.png"], "images/a.png", "JPEGImages/a.png"),
        (["x/a.png", "y/a.png"], "z/a.png", None),
        (["a.png"], "data/a.png", "a.png"),
        (["a.png"], "b.png", None),
    ],
)
def test_an_image_is_found_by_its_end_and_never_in_another_split(
    tmp_path: Path, names: list[str], wanted: str, found: str | None
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    assert Pictures(FolderSource(tmp_path)).find(wanted) == found


@settings(max_examples=60)
@given(files=broken(written(YOLO)) | broken(written(FORMATS["yolo_detection"])) | broken(STRANGERS))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(YOLO, files)


@pytest.mark.parametrize("name", ["2026-13-45", "!!int cell", "!!timestamp cell", "!!bool cell"])
def test_a_class_that_yaml_cannot_make_a_value_of_is_told_with_its_file(name: str) -> None:
    files = STRANGERS | {"data.yaml": f"names: [{name}]".encode()}

    with pytest.raises(DatasetError, match=r"data.yaml: must be YAML with a list `names`"):
        read_files(YOLO, files)
