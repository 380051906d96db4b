"""Cityscapes' polygons are read in their order, and its maps where there are none."""

import json

import numpy as np
import pytest
from hypothesis import given, settings

from engine.datasets.formats.cityscapes import CITYSCAPES
from engine.datasets.formats.format import export
from engine.datasets.sample import Annotation, Label, Sample
from engine.datasets.traits import Trait
from engine.masks.rle import encode
from engine.media.label_maps import read_numbers
from tests.engine.datasets_broken import (
    THIRD_PARTY,
    MemoryOut,
    MemorySource,
    areas,
    broken,
    check_reading,
    counts,
    png,
    read_files,
    read_folder,
    written,
)
from tests.engine.datasets_corpus import box, dataset_of, picture, with_picture

needs_data = pytest.mark.skipif(not THIRD_PARTY.exists(), reason="needs the shared data")
FILES = written(CITYSCAPES)
SQUARE = [[1, 1], [5, 1], [5, 4], [1, 4]]
NAME = "gtFine/train/bonn/bonn_1_gtFine"


def read_objects(*objects: object, **changes: object) -> tuple[list[Sample], list[str]]:
    content = {"imgHeight": 6, "imgWidth": 8, "objects": objects} | changes
    files = {f"{NAME}_polygons.json": json.dumps(content).encode()}
    samples, _, problems = read_files(CITYSCAPES, files)
    return samples, problems


@needs_data
def test_maps_of_instances_are_read_by_the_numbers_of_cityscapes() -> None:
    samples, dataset, problems = read_folder(CITYSCAPES, THIRD_PARTY / "cityscapes_dataset")

    assert problems == []
    assert counts(samples) == (4, 9, 0)
    assert sorted(str(sample.split) for sample in samples) == ["test", "test", "train", "val"]
    assert {each.label for sample in samples for each in sample.annotations} == {
        "ego vehicle", "out of roi", "wall", "truck", "train", "person",
    }  # fmt: skip
    assert len(dataset.labels) == 33
    assert samples[0].file_name == "defaultcity/defaultcity_000001_000031.png"


def test_polygons_are_read_with_groups_as_crowds_and_corners_outside() -> None:
    samples, problems = read_objects(
        {"label": "road", "polygon": [[-3, -3], [11, -3], [11, 9], [-3, 9]], "id": 7, "draw": 1},
        {"label": "cargroup", "polygon": SQUARE},
        {"label": "polegroup", "polygon": SQUARE},
        {"label": "my group", "polygon": SQUARE},
    )

    assert problems == []
    assert areas(samples[0]) == [("road", 48), ("car", 12), ("polegroup", 12), ("my group", 12)]
    assert [each.is_crowd for each in samples[0].annotations] == [False, True, False, False]
    assert samples[0].annotations[0].id == "7"
    assert samples[0].annotations[0].extra == {"draw": 1}
    assert (samples[0].file_name, samples[0].split) == ("bonn/bonn_1.png", "train")


def test_map_of_instances_tells_crowds_and_own_classes_are_listed() -> None:
    kit = {f"{NAME}_instanceIds.png": png([[0, 7, 26, 26001, 26001, 60000]], np.uint16)}
    own = {"label_colors.txt": b"# r g b name\n0 0 0 nothing\n1 2 3 big cell\n"}

    samples, _, problems = read_files(CITYSCAPES, kit)
    assert areas(samples[0]) == [("road", 1), ("car", 1), ("car", 2)]
    assert [each.is_crowd for each in samples[0].annotations] == [False, True, False]
    assert problems == [f"{NAME}_instanceIds.png: number 60000 is none of a class"]

    samples, dataset, problems = read_files(
        CITYSCAPES, own | {f"{NAME}_labelIds.png": png([[0, 1, 1, 255]])}
    )
    assert areas(samples[0]) == [("big cell", 2)]
    assert [label.name for label in dataset.labels] == ["big cell"]
    assert problems == []


def test_objects_lie_in_the_order_in_which_they_are_drawn_and_come_back_in_theirs() -> None:
    size_hw = (6, 8)
    above = Annotation(encode(box(size_hw, slice(0, 3), slice(0, 3))), "cell", z=2)
    below = Annotation(encode(box(size_hw, slice(0, 4), slice(0, 4))), "cell", z=-1)
    sample = Sample("bonn/1.png", size_hw, (above, below), split="train")

    files = written(CITYSCAPES, [with_picture(sample)])

    content = json.loads(files["gtFine/train/bonn/1_gtFine_polygons.json"])
    assert [each["place"] for each in content["objects"]] == [1, 0]
    numbers = read_numbers(files["gtFine/train/bonn/1_gtFine_instanceIds.png"])
    assert (numbers[0, 0], numbers[3, 3]) == (1001, 1000)
    assert set(read_numbers(files["gtFine/train/bonn/1_gtFine_labelIds.png"]).ravel()) == {0, 1}
    assert read_files(CITYSCAPES, files)[0] == [sample]


def test_what_sixteen_bits_cannot_count_has_the_number_of_its_class_in_the_map_alone() -> None:
    labels = tuple(Label(f"c{number}", number) for number in range(1, 71))
    masks = [encode(box((1, 3), slice(0, 1), slice(x, x + 1))) for x in range(3)]
    found = tuple(
        Annotation(rle, name) for rle, name in zip(masks, ("c65", "c66", "c1"), strict=True)
    )
    sample = with_picture(Sample("x/1.png", (1, 3), found, split="train"))
    out = MemoryOut()

    CITYSCAPES.write(dataset_of([sample], labels), out)

    numbers = read_numbers(out.files["gtFine/train/x/1_gtFine_instanceIds.png"])
    assert numbers.tolist() == [[65_000, 66, 1000]]
    assert read_files(CITYSCAPES, out.files)[0] == [sample]


def test_objects_that_the_maps_have_no_numbers_for_are_counted_as_what_only_anneal_reads_back() -> (
    None
):
    labels = tuple(Label(f"c{number}", number) for number in range(1, 71))
    dot = encode(box((1, 600), slice(0, 1), slice(0, 1)))
    dots = [encode(box((1, 600), slice(0, 1), slice(x, x + 1))) for x in range(600)]
    images = [
        [Annotation(each, "c65") for each in dots[:537]],  # the last one has no number
        [Annotation(dot, "c65"), Annotation(dots[1], "c1")],
        [Annotation(dot, "c66"), Annotation(dots[1], "c66"), Annotation(dots[2], "c1")],
        [Annotation(dot, "c70", is_crowd=True), Annotation(dots[1], None)],
    ]
    samples = [
        with_picture(Sample(f"x/{n}.png", (1, 600), tuple(each), split="train"))
        for n, each in enumerate(images)
    ]

    told = export(dataset_of(samples, labels), CITYSCAPES, MemoryOut())

    assert told.own[Trait.INSTANCES] == 1 + 2 + 1
    assert Trait.INSTANCES not in told.losses


def test_beyond_a_thousand_objects_of_a_class_on_an_image_each_is_counted() -> None:
    dots = [encode(box((1, 1002), slice(0, 1), slice(x, x + 1))) for x in range(1002)]
    found = tuple(Annotation(each, "cell") for each in dots)
    sample = with_picture(Sample("x/1.png", (1, 1002), found, split="train"))
    out = MemoryOut()

    told = export(dataset_of([sample]), CITYSCAPES, out)

    numbers = read_numbers(out.files["gtFine/train/x/1_gtFine_instanceIds.png"])[0]
    alone = sum(int(number) < 1000 for number in numbers)
    assert told.own[Trait.INSTANCES] == alone == 2


def test_image_without_any_annotation_is_there() -> None:
    files = FILES | {"leftImg8bit/test/bonn/bonn_2_leftImg8bit.png": picture((3, 4))}

    samples, _, problems = read_files(CITYSCAPES, files)

    assert problems == []
    assert {(each.file_name, each.size_hw) for each in samples} == {
        ("a/1.png", (6, 8)), ("bonn/bonn_2.png", (3, 4)),
    }  # fmt: skip
    images = {name: data for name, data in files.items() if name.startswith("left")}
    assert not CITYSCAPES.is_in(MemorySource(images))


@pytest.mark.parametrize("kind", ["polygons.json", "instanceIds.png"])
def test_of_an_image_that_is_annotated_twice_the_fine_objects_are_read(kind: str) -> None:
    size = {"imgHeight": 6, "imgWidth": 8}
    road = {"label": "road", "polygon": SQUARE}
    fine = {
        "polygons.json": json.dumps({**size, "objects": [road, road]}).encode(),
        "instanceIds.png": png([[7, 26001]], np.uint16),
    }
    coarse = json.dumps({**size, "objects": [road]}).encode()
    files = {
        f"{NAME}_{kind}": fine[kind],
        **{
            f"gtCoarse/train/bonn/bonn_{number}_gtCoarse_polygons.json": coarse for number in (1, 2)
        },
    }

    samples, _, problems = read_files(CITYSCAPES, files)

    assert problems == []
    assert {each.file_name: len(each.annotations) for each in samples} == {
        "bonn/bonn_1.png": 2, "bonn/bonn_2.png": 1,
    }  # fmt: skip


def test_second_file_of_an_image_in_another_folder_is_told() -> None:
    own = json.dumps({"imgHeight": 6, "imgWidth": 8, "objects": []}).encode()
    files = {f"{folder}/{NAME}_polygons.json": own for folder in ("a", "b")}
    files["images/leftImg8bit/train/bonn/bonn_1_leftImg8bit.png"] = picture((6, 8))

    samples, _, problems = read_files(CITYSCAPES, files)

    assert [(each.file_name, each.load_bytes is not None) for each in samples] == [
        ("bonn/bonn_1.png", True)
    ]
    assert problems == [
        f"b/{NAME}_polygons.json: is not read, as a/{NAME}_polygons.json is of the same image"
    ]


def test_polygons_that_somebody_deleted_are_left_out_and_the_others_keep_their_places() -> None:
    samples, problems = read_objects(
        {"label": "tree", "polygon": SQUARE, "deleted": 1},
        {"label": "car", "polygon": SQUARE, "deleted": 0},
        {"label": "car"},
    )

    assert areas(samples[0]) == [("car", 12)]
    assert problems == [f"{NAME}_polygons.json: objects[2]: polygon must be a list of pairs x, y"]


@pytest.mark.parametrize("objects", [None, {"label": "road", "polygon": SQUARE}])
def test_file_without_a_list_of_objects_is_told(objects: object) -> None:
    samples, problems = read_objects(objects=objects)

    assert samples == []
    assert problems == [f"{NAME}_polygons.json: objects must be a list"]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (5, "must be a JSON object"),
        ({"polygon": SQUARE}, "label must be text"),
        ({"label": "", "polygon": SQUARE}, "label must be text"),
        ({"label": "car"}, "polygon must be a list of pairs x, y"),
        ({"label": "car", "polygon": []}, "polygon 0 has 0 numbers"),
        ({"label": "car", "polygon": [[1, 2], [3, True], [4, 5]]}, "polygon must be a list"),
        ({"label": "car", "polygon": [[1, 2], [3, "4"], [4, 5]]}, "polygon must be a list"),
        ({"label": "car", "polygon": [[1, 2], [3], [4, 5]]}, "polygon must be a list of pairs"),
        ({"label": "car", "polygon": [[9, 9], [10, 9], [10, 12]]}, "mask is empty"),
    ],
)
def test_polygon_that_is_none_is_told_by_place(found: object, message: str) -> None:
    samples, problems = read_objects({"label": "car", "polygon": SQUARE}, found)

    assert areas(samples[0]) == [("car", 12)]
    assert len(problems) == 1
    assert problems[0].startswith(f"{NAME}_polygons.json: objects[1]: ")
    assert message in problems[0]


@pytest.mark.parametrize("side", [0, -1, True, 2.5, "6", None, 10**30])
def test_size_that_is_none_is_told(side: object) -> None:
    samples, problems = read_objects(imgHeight=side)

    assert samples == []
    [problem] = problems
    assert problem.startswith(f"{NAME}_polygons.json: imgHeight and imgWidth ")


@settings(max_examples=60)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(CITYSCAPES, files)
