"""What models found, as COCO's results tell it: images by number, matched by what lies beside."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets.errors import DatasetError
from engine.datasets.files import open_source
from engine.datasets.formats import READERS
from engine.datasets.formats.detect import detect_format
from engine.datasets.naming import number_in
from engine.datasets.sample import Prediction, Sample
from engine.masks.rle import area
from tests.engine.datasets_broken import broken, check_reading, read_files
from tests.engine.datasets_corpus import picture
from tests.engine.datasets_odd import changed_json
from tests.engine.peaks import images_and_peak_bytes
from tests.engine.test_datasets_coco import DATA, needs_data

COCO_RESULTS = READERS["coco_results"]
THEIRS = DATA / "exports_thirdparty" / "cocoapi_results"
SQUARE: dict[str, Any] = {"size": [4, 6], "counts": [0, 4, 20]}


def result(**fields: Any) -> dict[str, Any]:
    return {"image_id": 7, "category_id": 3, "segmentation": SQUARE, "score": 0.5, **fields}


FILES = {"net.json": json.dumps([result(), result(bbox=[0, 0, 1, 1])]).encode()}


def read(folder: Path, *results: Any) -> tuple[list[Sample], list[DatasetError]]:
    (folder / "net.json").write_text(json.dumps(results))
    return read_folder(folder)


def read_folder(folder: Path) -> tuple[list[Sample], list[DatasetError]]:
    problems: list[DatasetError] = []
    return list(COCO_RESULTS.read(open_source(folder), problems.append).samples()), problems


def write_list(folder: Path, **image: Any) -> None:
    listed = {"id": 7, "file_name": "deep/b.png", "height": 4, "width": 6, **image}
    content = {"images": [listed], "categories": [{"id": 3, "name": "cell"}]}
    (folder / "a_list.json").write_text(json.dumps(content))


@needs_data
def test_masks_of_cocos_own_results_are_read_and_what_is_none_is_named() -> None:
    found, problems = read_folder(THEIRS)

    models = {each.model for sample in found for each in sample.predictions}
    masks = [
        one
        for sample in found
        for each in sample.predictions
        for one in each.annotations
        if one.rle is not None
    ]
    assert detect_format(open_source(THEIRS)) == COCO_RESULTS
    assert models == {
        "instances_val2014_fakebbox100_results",
        "instances_val2014_fakesegm100_results",
    }
    assert (len(found), len(masks)) == (99, 734)
    assert {sample.number for sample in found} >= {42, 73, 74}
    assert not any(sample.annotations for sample in found)
    faults = [each.fault for each in problems]
    assert faults.count("has neither a mask nor a box") == 125
    assert any(fault.startswith("category 18 has no name: put the COCO file") for fault in faults)


def test_images_and_classes_have_the_names_that_a_list_beside_the_results_gives(
    tmp_path: Path,
) -> None:
    write_list(tmp_path, sha256="0" * 64)

    (found,), problems = read(tmp_path, result(), result(segmentation=[[0, 0, 3, 0, 3, 3]]))

    assert not problems
    assert (found.file_name, found.sha256, found.number) == ("deep/b.png", "0" * 64, None)
    (prediction,) = found.predictions
    assert prediction.model == "net"
    assert [each.label for each in prediction.annotations] == ["cell", "cell"]
    assert [each.predicted_iou for each in prediction.annotations] == [0.5, 0.5]
    assert prediction.annotations[0].rle is not None
    assert area(prediction.annotations[0].rle) == 4


def test_an_image_is_the_picture_whose_name_ends_in_its_number(tmp_path: Path) -> None:
    (tmp_path / "COCO_val2014_000000000007.png").write_bytes(picture((4, 6)))

    (found,), problems = read(tmp_path, result(segmentation=[[0, 0, 3, 0, 3, 3]]))

    assert found.file_name == "COCO_val2014_000000000007.png"
    assert found.load_bytes is not None
    assert [each.fault[:25] for each in problems] == ["category 3 has no name: p"]


def test_a_mask_tells_the_size_of_an_image_that_nothing_names(tmp_path: Path) -> None:
    box = {"image_id": 7, "category_id": 3, "bbox": [0, 0, 2, 2], "score": 0.25}

    (found,), _ = read(tmp_path, box, result())

    assert (found.file_name, found.number, found.size_hw) == ("7", 7, (4, 6))
    assert [each.box_xywh for each in found.predictions[0].annotations] == [(0, 0, 2, 2), None]


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (result(image_id="7"), "is not a number"),
        (result(score=None), "is not a number"),
        (result(score=float("nan")), "not JSON"),
        (result(segmentation=None), "neither a mask nor a box"),
        (result(image_id=8, segmentation=[[0, 0, 3, 0, 3, 3]]), "tells the size of its image"),
        (result(image_id=8, segmentation=[], bbox=[0, 0, 1, 1]), "size of image 8: put the COCO"),
        (result(segmentation={"size": [5, 6], "counts": [0, 4, 26]}), "is not the image's 4 x 6"),
    ],
)
def test_bad_results_are_left_out_and_named(tmp_path: Path, bad: Any, fault: str) -> None:
    write_list(tmp_path)
    try:
        found, problems = read(tmp_path, result(), bad)
    except DatasetError as error:
        assert fault in str(error)  # noqa: PT017  # of the file as a whole
        return

    assert [len(each.predictions[0].annotations) for each in found] == [1]
    assert [fault in str(each) for each in problems] == [True]


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    write_list(tmp_path)

    with pytest.raises(DatasetError, match="no JSON list of COCO's results"):
        read_folder(tmp_path)


@pytest.mark.parametrize("told", [{"file_name": "c.png"}, {"height": 5}])
def test_two_lists_of_which_one_tells_another_image_of_a_number_are_refused(
    tmp_path: Path, told: dict[str, Any]
) -> None:
    write_list(tmp_path)
    (tmp_path / "a_list.json").rename(tmp_path / "first.json")
    write_list(tmp_path, **told)

    with pytest.raises(DatasetError) as refused:
        read(tmp_path, result())

    assert str(refused.value) == (
        "first.json: images[0]: image 7 has another name or size in a_list.json: leave the one "
        "COCO file beside the results that they were made for"
    )


def test_two_lists_of_which_one_tells_another_class_of_a_number_are_refused(
    tmp_path: Path,
) -> None:
    write_list(tmp_path)
    others = {"categories": [{"id": 4, "name": "cell"}, {"id": 3, "name": "nucleus"}]}
    (tmp_path / "b.json").write_text(json.dumps(others))

    with pytest.raises(
        DatasetError, match=r"^b.json: categories\[1\]: category 3 has another name"
    ):
        read(tmp_path, result())


def test_two_lists_that_tell_the_same_are_one(tmp_path: Path) -> None:
    write_list(tmp_path, sha256="0" * 64)
    (tmp_path / "a_list.json").rename(tmp_path / "first.json")
    write_list(tmp_path)

    (found,), problems = read(tmp_path, result())

    assert not problems
    assert (found.file_name, found.predictions[0].annotations[0].label) == ("deep/b.png", "cell")


@given(order=st.lists(st.tuples(st.integers(1, 4), st.sampled_from("ab")), min_size=1))
def test_results_come_together_by_image_and_by_model(order: list[tuple[int, str]]) -> None:
    by_model = {
        model: [
            result(image_id=image, score=place / 100)
            for place, (image, one) in enumerate(order)
            if one == model
        ]
        for model in sorted({model for _, model in order})
    }
    expected: dict[int, dict[str, list[float]]] = {}
    for model, results in by_model.items():
        for each in results:
            scores = expected.setdefault(each["image_id"], {}).setdefault(model, [])
            scores.append(each["score"])

    files = {f"{model}.json": json.dumps(each).encode() for model, each in by_model.items()}
    samples, dataset, _ = read_files(COCO_RESULTS, files)

    assert [
        (sample.number, [(each.model, _scores(each)) for each in sample.predictions])
        for sample in samples
    ] == [(image, list(found.items())) for image, found in expected.items()]
    assert dataset.numbers == tuple(expected)


def _scores(found: Prediction) -> list[float | None]:
    return [each.predicted_iou for each in found.annotations]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_results(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        images = [
            {"id": n, "file_name": f"{n}.png", "height": 4, "width": 6} for n in range(count // 2)
        ]
        content = {"images": images, "categories": [{"id": 3, "name": "cell"}]}
        (tmp_path / "a_list.json").write_text(json.dumps(content))
        with (tmp_path / "net.json").open("w") as file:
            for at in range(count):
                one = {"image_id": at * 7919 % (count // 2), "category_id": 3, "score": 0.5}
                # Even the few are over a piece of JSON that is read at once.
                told = json.dumps({**one, "bbox": [0, 0, 2, 2], "note": "x" * 1_000})
                file.write(f"{',' if at else '['}{told}")
            file.write("]")
        images_found, peak = images_and_peak_bytes(COCO_RESULTS.name, tmp_path)
        assert images_found == count // 2
        return peak

    few, many = peak(2_000), peak(20_000)

    assert (many - few) / 18_000 < 200  # bytes for each result


def test_numbers_are_those_that_names_end_in() -> None:
    names = ["COCO_val2014_000000000042.jpg", "a/42.png", "42b.png", "b", "1_002.jpg"]

    assert [number_in(name) for name in names] == [42, 42, None, None, 2]


@given(found=broken(FILES))
def test_whatever_is_broken_is_read_or_told(found: dict[str, bytes]) -> None:
    check_reading(COCO_RESULTS, found)


@given(st.data())
@settings(deadline=None)
def test_any_changed_value_is_read_or_told(data: st.DataObject) -> None:
    check_reading(COCO_RESULTS, {"net.json": data.draw(changed_json(FILES["net.json"]))})
