"""COCO files of others are read or refused by place; ours open in pycocotools bit for bit."""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools.coco import COCO

from engine.datasets.coco import DatasetError, read_coco, write_coco
from engine.datasets.files import FolderOut, FolderSource, open_source
from engine.datasets.formats import FORMATS, READERS
from engine.datasets.sample import Annotation, Dataset, Label, Sample
from engine.masks.rle import RLE, decode, encode
from tests.engine.datasets_broken import small_sample
from tests.engine.datasets_corpus import dataset_of
from tests.engine.test_masks_rle import coco_decode

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="needs the shared data")


def content() -> dict[str, Any]:
    return {
        "info": {"description": "x"},
        "images": [
            {"id": 1, "file_name": "a/1.png", "height": 6, "width": 8, "group": 0, "slide": "s"},
            {"id": 2, "file_name": "2.png", "height": 4, "width": 4},
        ],
        "categories": [{"id": 3, "name": "cell", "supercategory": "life"}],
        "annotations": [
            {"id": 10, "image_id": 1, "category_id": 3, "iscrowd": 0, "bbox": [0, 0, 1, 1],
             "segmentation": [[1, 1, 5, 1, 5, 4, 1, 4]], "area": 12, "revision": "r1"},
            {"id": 11, "image_id": 2, "category_id": 3, "bbox": [1, 1, 2, 2.5]},
            {"id": 12, "image_id": 2, "caption": "A cell."},
        ],
    }  # fmt: skip


def read(value: Any, **options: Any) -> Any:
    return read_coco(io.BytesIO(json.dumps(value).encode()), **options)


def test_masks_boxes_and_captions_are_read_with_all_else_they_carry() -> None:
    dataset = read(content())

    mask, box, caption = dataset.annotations
    assert decode(mask.rle).sum() == 12
    assert mask.bbox_xywh == (1, 1, 4, 3)
    assert mask.extra == {"revision": "r1"}
    assert (box.rle, box.bbox_xywh) == (None, (1, 1, 2, 2.5))
    assert (caption.caption, caption.category_id) == ("A cell.", None)
    assert dataset.images[1].group == "0"
    assert dataset.images[1].size_hw == (6, 8)
    assert dataset.images[1].extra == {"slide": "s"}
    assert dataset.images[2].group is None
    assert dataset.categories[3].extra == {"supercategory": "life"}
    assert dataset.info == {"description": "x"}


def test_annotations_before_images_are_read_too() -> None:
    turned = dict(reversed(content().items()))

    assert read(turned).annotations == read(content()).annotations


def changed(path: str, value: Any) -> Any:
    whole = content()
    at: Any = whole
    *steps, last = path.split("/")
    for step in steps:
        at = at[int(step) if step.isdigit() else step]
    at[int(last) if last.isdigit() else last] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("images", 3, "images: must be a list"),
        ("images", [], "has no images"),
        ("images/1", 5, r"images\[1\]: must be a list of objects"),
        ("images/1/id", "2", r"images\[1\]: id must be a whole number"),
        ("images/1/id", 1, r"images\[1\]: a second image"),
        ("images/0/height", 0, r"images\[0\]: height and width"),
        ("images/0/width", True, r"images\[0\]: height and width"),
        ("images/0/file_name", "../x.png", r"images\[0\]: file_name"),
        ("images/0/file_name", "a/../../x.png", "file_name"),
        ("images/0/file_name", "/etc/passwd", "file_name"),
        ("images/0/file_name", "C:\\x.png", "file_name"),
        ("images/0/file_name", "a\0.png", "file_name"),
        ("images/0/file_name", None, "file_name"),
        ("categories/0/name", " ", r"categories\[0\]: name"),
        ("categories/0/id", 4, r"annotations\[0\]: category_id 3 names no category"),
        ("annotations/1/image_id", 9, r"annotations\[1\]: image_id 9 names no image"),
        ("annotations/1/category_id", None, r"annotations\[1\]: category_id must"),
        ("annotations/0/segmentation", [[1, 1, 99, 1, 5, 4]], r"\[0\]: segmentation: poly"),
        ("annotations/0/segmentation", {"size": [8, 6], "counts": "`1"}, "not the image's"),
        ("annotations/0/segmentation", "x", "segmentation: a segmentation is"),
        ("annotations/1/bbox", [1, 2, 3], "bbox: a box must be four"),
        ("annotations/1/bbox", [1, 2, 3, "4"], "bbox: a box must be four"),
        ("annotations/1/bbox", [1, 2, 3, 10**400], "bbox: a box must be four"),
        ("annotations/1/bbox", [3, 3, -2, 2], "bbox: a box must be no less than nothing"),
        ("images/1/width", 10**30, r"images\[1\]: height and width are no image's"),
        ("annotations/2/caption", 5, "caption must be text"),
        ("annotations/2/segments_info", [], r"annotations\[2\]: is panoptic"),
    ],
)  # fmt: skip
def test_fault_is_named_by_file_field_and_index(path: str, value: Any, message: str) -> None:
    with pytest.raises(DatasetError, match=message) as fault:
        read(changed(path, value))

    assert str(fault.value).startswith("COCO file: ")


def test_bad_annotation_can_be_left_out_and_reported(tmp_path: Path) -> None:
    (tmp_path / "some.json").write_text(json.dumps(changed("annotations/1/image_id", 9)))
    problems: list[DatasetError] = []

    dataset = read_coco(tmp_path / "some.json", on_problem=problems.append)

    assert [annotation.id for annotation in dataset.annotations] == [10, 12]
    assert [(p.file, p.field, p.index) for p in problems] == [("some.json", "annotations", 1)]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("images/1/id", "2", "images[1]: id must be a whole number"),
        ("images/1/id", 1, "images[1]: a second image has the id 1"),
        ("images/1/height", 0, "images[1]: height and width must be whole numbers above zero"),
        ("images/1/file_name", "C:\\x.png",
         "images[1]: file_name must be a relative path inside the image folder"),
        ("images/1", 5, "images[1]: must be a list of objects"),
    ],
)  # fmt: skip
def test_bad_image_can_be_left_out_with_what_is_on_it(path: str, value: Any, message: str) -> None:
    problems: list[DatasetError] = []

    dataset = read(changed(path, value), on_problem=problems.append)

    assert list(dataset.images) == [1]
    assert dataset.images[1].file_name == "a/1.png"
    assert [annotation.id for annotation in dataset.annotations] == [10]
    assert [str(each) for each in problems] == [
        f"COCO file: {message}",
        "COCO file: annotations[1]: image_id 2 names no image",
        "COCO file: annotations[2]: image_id 2 names no image",
    ]


def test_bad_category_can_be_left_out_with_what_is_of_it() -> None:
    problems: list[DatasetError] = []

    dataset = read(changed("categories/0/name", 5), on_problem=problems.append)

    assert (dataset.categories, [each.id for each in dataset.annotations]) == ({}, [12])
    assert [(each.field, each.index) for each in problems] == [
        ("categories", 0),
        ("annotations", 0),
        ("annotations", 1),
    ]


def test_file_of_which_no_image_is_one_is_refused_by_the_first() -> None:
    whole = changed("images/0/id", "1")
    whole["images"][1]["id"] = None

    with pytest.raises(DatasetError, match=r"images\[0\]: id must be a whole number"):
        read(whole, on_problem=print)


def test_path_of_windows_leads_to_its_image(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(changed("images/0/file_name", "a\\b\\1.png")))
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "1.png").write_bytes(b"pixels")
    (tmp_path / "1.png").write_bytes(b"others")

    first, _ = FORMATS["coco"].read(FolderSource(tmp_path), print).samples()

    assert first.file_name == "a/b/1.png"
    assert first.load_bytes is not None
    assert first.load_bytes() == b"pixels"


@pytest.mark.parametrize("name", ["../x.png", "..\\x.png", "\\\\server\\x.png", "\\x.png"])
def test_path_that_leads_elsewhere_is_refused_also_where_windows_wrote_it(name: str) -> None:
    with pytest.raises(DatasetError, match=r"images\[0\]: file_name must be a relative path"):
        read(changed("images/0/file_name", name))


@pytest.mark.parametrize("box", [[3, 3, -2, 2], [1, 2, 3], [0, 0, 10**30, 1], [0, 0, "x", 1]])
def test_bad_box_takes_neither_the_mask_beside_it_nor_other_objects_away(box: Any) -> None:
    whole = changed("annotations/0/bbox", box)
    whole["annotations"][1]["bbox"] = box
    problems: list[DatasetError] = []

    dataset = read(whole, on_problem=problems.append)

    assert [(each.id, each.rle is None) for each in dataset.annotations] == [
        (10, False),
        (12, True),
    ]
    assert [(p.field, p.index) for p in problems] == [("annotations", 0), ("annotations", 1)]


@pytest.mark.parametrize("box", [[1, 1, 0, 0], [-9, 1, 2, 2]])
def test_box_on_nothing_of_its_image_is_told_by_its_place_where_it_is_all(box: Any) -> None:
    whole = changed("annotations/0/bbox", box)
    whole["annotations"][1]["bbox"] = box
    problems: list[DatasetError] = []

    dataset = read(whole, on_problem=problems.append)

    assert [each.id for each in dataset.annotations] == [10, 12]
    assert [(p.field, p.index) for p in problems] == [("annotations", 1)]
    assert problems[0].fault.startswith("bbox: a box of ")
    assert len(read(whole).annotations) == 3


@pytest.mark.parametrize("box", [[0, 0, 0, 0], [-9, 1, 2, 2], "none"])
def test_caption_of_an_image_stays_where_a_box_beside_it_is_none(box: Any) -> None:
    problems: list[DatasetError] = []

    dataset = read(changed("annotations/2/bbox", box), on_problem=problems.append)

    caption = dataset.annotations[2]
    assert (caption.caption, caption.is_object) == ("A cell.", False)
    assert [(p.field, p.index) for p in problems] == [("annotations", 2)]


def written(size_hw: tuple[int, int], rles: list[RLE]) -> bytes:
    out = io.BytesIO()
    height, width = size_hw
    write_coco(
        out,
        info={"version": "v"},
        categories=iter([{"id": 1, "name": "thing"}]),
        images=iter([{"id": 7, "file_name": "x.png", "height": height, "width": width}]),
        annotations=(
            {"id": i, "image_id": 7, "category_id": 1, "segmentation": rle, "revision": f"r{i}",
             "parent": None, "bundle": "b"}
            for i, rle in enumerate(rles, 1)
        ),
    )  # fmt: skip
    return out.getvalue()


@given(st.tuples(st.integers(1, 15), st.integers(1, 15)).flatmap(
    lambda size: st.lists(hnp.arrays(np.bool_, size).filter(np.any), max_size=4)
))  # fmt: skip
def test_every_mask_survives_our_own_round_trip_with_its_provenance(masks: list[Any]) -> None:
    size_hw = masks[0].shape if masks else (3, 3)

    dataset = read_coco(io.BytesIO(written(size_hw, [encode(mask) for mask in masks])))

    for annotation, mask in zip(dataset.annotations, masks, strict=True):
        assert annotation.rle is not None
        assert np.array_equal(decode(annotation.rle), mask)
        assert annotation.extra == {"revision": f"r{annotation.id}", "parent": None, "bundle": "b"}


def test_export_opens_in_pycocotools_with_every_mask_equal(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    rings = np.indices((40, 50)).sum(0) % 9 < 4  # holes and detached parts
    masks = [rings, ~rings, random.random((40, 50)) < 0.3, np.ones((40, 50), bool)]
    path = tmp_path / "export.json"
    path.write_bytes(written((40, 50), [encode(mask) for mask in masks]))

    coco = COCO(path)

    for annotation in coco.loadAnns(coco.getAnnIds()):
        mask = masks[annotation["id"] - 1]
        assert np.array_equal(coco_decode(annotation["segmentation"]), mask)
        assert annotation["area"] == mask.sum()
        assert coco.imgs[7]["height"] == 40


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ({"segmentation": {"size": [2, 2], "counts": "04"}}, "not the image's"),
        ({"image_id": 8}, "names no image"),
    ],
)
def test_what_does_not_fit_is_not_written(annotation: dict[str, Any], message: str) -> None:
    good = {"id": 1, "image_id": 7, "category_id": 1, "segmentation": encode(np.ones((3, 3), bool))}

    with pytest.raises(DatasetError, match=rf"annotations\[0\].*{message}"):
        write_coco(
            io.BytesIO(), info={}, categories=[], annotations=[{**good, **annotation}],
            images=[{"id": 7, "file_name": "x", "height": 3, "width": 3}],
        )  # fmt: skip


@needs_data
@pytest.mark.parametrize(
    ("file", "images", "annotations"),
    [pytest.param("nuclei_dsb2018/instances.json", 234, 11_070, marks=pytest.mark.slow),
     ("coco_photos/instances.json", 101, 858),
     ("coco_photos/single_object.json", 130, 143), ("coco_photos/captions.json", 191, 955)],
)  # fmt: skip
def test_real_files_are_read_whole_and_round_trip(file: str, images: int, annotations: int) -> None:
    dataset = read_coco(DATA / file)

    assert len(dataset.images) == images
    assert len(dataset.annotations) == annotations
    masks = [a for a in dataset.annotations if a.rle]
    out = io.BytesIO()
    write_coco(
        out,
        info=dataset.info,
        categories=({"id": c.id, "name": c.name} for c in dataset.categories.values()),
        images=(
            {"id": i.id, "file_name": i.file_name, "height": i.size_hw[0], "width": i.size_hw[1]}
            for i in dataset.images.values()
        ),
        annotations=(
            {"id": a.id, "image_id": a.image_id, "category_id": a.category_id,
             "segmentation": a.rle, "iscrowd": int(a.is_crowd)}
            for a in masks
        ),
    )  # fmt: skip
    out.seek(0)
    assert [a.rle for a in read_coco(out).annotations] == [a.rle for a in masks]


THIRD_PARTY = [
    pytest.param("taco/annotations.json", None, marks=pytest.mark.slow),
    ("labelstudio_sdk/test_import_coco/coco_import_input.json", None),
    ("datumaro_assets/coco_dataset/annotations/instances_train.json", None),
    ("datumaro_assets/coco_dataset/annotations/captions_val.json", None),
    ("datumaro_assets/coco_dataset/annotations/panoptic_val.json", "panoptic"),
]


@needs_data
@pytest.mark.parametrize(("file", "message"), THIRD_PARTY)
def test_files_of_other_tools_are_read_or_refused_by_place(file: str, message: str | None) -> None:
    problems: list[DatasetError] = []

    dataset = read_coco(DATA / "exports_thirdparty" / file, on_problem=problems.append)

    assert all(message and message in problem.fault for problem in problems), problems[:3]
    assert bool(dataset.annotations) is (message is None)


MEASURE = """
import resource, sys
from pathlib import Path
from engine.datasets.coco import read_coco
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
dataset = read_coco(Path(sys.argv[1]))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(dataset.annotations), (after - before) * 1024)
"""


@pytest.mark.slow
def test_file_of_60_mb_is_read_in_less_memory_than_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    outline = [
        v
        for t in np.linspace(0, 6.28, 300)
        for v in (200 + 99.123 * np.cos(t), 200 + 99.123 * np.sin(t))
    ]
    polygon = json.dumps([[round(float(v), 13) for v in outline]])
    with path.open("w") as file:
        file.write('{"images":[{"id":1,"file_name":"a","height":400,"width":400}],')
        file.write('"categories":[{"id":1,"name":"a"}],"annotations":[')
        for n in range(6000):
            file.write(
                f'{"," if n else ""}{{"id":{n},"image_id":1,"category_id":1,'
                f'"segmentation":{polygon}}}'
            )
        file.write("]}")
    size = path.stat().st_size

    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    annotations, grown_bytes = map(int, run.stdout.split())
    assert annotations == 6000
    assert size > 50e6
    assert grown_bytes < size


def test_the_id_of_a_mask_comes_back_from_either_edition_by_a_field_of_its_own(
    tmp_path: Path,
) -> None:
    """FiftyOne takes a field `mask` for the pixels of an object."""
    dataset = dataset_of([small_sample()])
    fields = {}
    for edition in (1, 2):
        FORMATS["coco"].write(replace(dataset, edition=edition), FolderOut(tmp_path / f"{edition}"))
        content = json.loads((tmp_path / f"{edition}" / "annotations.json").read_bytes())
        fields[edition] = {key for each in content["annotations"] for key in each}
        [found] = FORMATS["coco"].read(FolderSource(tmp_path / f"{edition}"), print).samples()
        assert [each.id for each in found.annotations] == ["m1", "m2"]
        assert found.annotations[0].extra == {"made": {"by": "sam"}}

    assert fields[1] - fields[2] == {"mask"}
    assert fields[2] - fields[1] == {"mask_id"}


@pytest.mark.parametrize("name", ["coco", "coco_keypoints", "lvis"])
def test_no_field_of_a_strangers_object_takes_the_place_of_one_of_ours(
    name: str, tmp_path: Path
) -> None:
    strange = {
        "id": 7, "image_id": 41, "category_id": 9, "area": -1, "bbox": "odd", "segmentation": 1,
        "caption": 2, "segments_info": [], "z": 3, "region_caption": "not its own",
        "predicted_iou": 0.5, "stability_score": 0.5, "mask_id": "other", "truck": "red",
    }  # fmt: skip
    written, expected = (
        replace(
            small_sample(),
            annotations=tuple(replace(each, extra=told) for each in small_sample().annotations),
        )
        for told in (strange, {"truck": "red"})
    )

    FORMATS[name].write(dataset_of([written]), FolderOut(tmp_path))

    assert list(FORMATS[name].read(FolderSource(tmp_path), print).samples()) == [expected]


def test_no_field_of_a_strangers_label_takes_the_place_of_its_id(tmp_path: Path) -> None:
    mask = Annotation(encode(np.ones((2, 3), bool)), "cell", id="a")
    sample = Sample("1.png", (2, 3), (mask,))
    labels = (Label("cell", 1, {"id": 7, "color": "red"}),)

    FORMATS["coco"].write(Dataset(labels, lambda: iter([sample])), FolderOut(tmp_path))

    again = FORMATS["coco"].read(FolderSource(tmp_path), print)
    assert again.labels == (Label("cell", 1, {"color": "red"}),)
    assert list(again.samples()) == [sample]


def two_of_one_name() -> dict[str, Any]:
    images = [
        {"id": n, "file_name": "a.png", "height": 4, "width": 4, "sha256": f"{n}" * 64}
        for n in (1, 2)
    ]
    boxes = [
        {"id": n, "image_id": n, "category_id": 1, "bbox": [n, n, 1, 1], "score": 10**400}
        for n in (1, 2)
    ]
    return {"images": images, "categories": [{"id": 1, "name": "x"}], "annotations": boxes}


def test_two_images_of_one_name_stay_two_and_files_add_to_the_same_one(tmp_path: Path) -> None:
    for width, name in enumerate(("instances_train.json", "more_train.json"), start=1):
        whole = two_of_one_name()
        for each in whole["annotations"]:
            each["bbox"][2] = width
        (tmp_path / name).write_text(json.dumps(whole))

    samples = list(FORMATS["coco"].read(FolderSource(tmp_path), print).samples())

    found = [(s.sha256, [each.box_xywh for each in s.annotations]) for s in samples]
    assert found == [(f"{n}" * 64, [(n, n, 1, 1), (n, n, 2, 1)]) for n in (1, 2)]
    assert samples[0].annotations[0].predicted_iou is None


def test_what_two_files_tell_of_one_object_is_one_and_no_object_is_a_whole_image(
    tmp_path: Path,
) -> None:
    instances, persons = two_of_one_name(), two_of_one_name()
    persons["annotations"][0]["keypoints"] = [1, 1, 2]
    persons["annotations"][1] = {"id": 3, "image_id": 2, "category_id": 1}
    for name, whole in ("instances.json", instances), ("person_keypoints.json", persons):
        (tmp_path / name).write_text(json.dumps(whole))
    problems: list[DatasetError] = []

    dataset = FORMATS["coco"].read(FolderSource(tmp_path), problems.append)

    first, second = dataset.samples()
    assert [each.extra["keypoints"] for each in first.annotations] == [[1, 1, 2]]
    assert len(second.annotations) == 1
    assert [str(each) for each in problems] == [
        "person_keypoints.json: annotations[1]: "
        "is of the image as a whole: it has no mask, box or caption"
    ]


def test_objects_that_are_alike_are_as_many_as_the_file_that_has_most_of_them(
    tmp_path: Path,
) -> None:
    instances, persons = two_of_one_name(), two_of_one_name()
    for whole, count in (instances, 2), (persons, 3):
        whole["annotations"] = [{**whole["annotations"][0], "id": n} for n in range(count)]
    for name, whole in ("instances.json", instances), ("person_keypoints.json", persons):
        (tmp_path / name).write_text(json.dumps(whole))

    first, _ = FORMATS["coco"].read(FolderSource(tmp_path), print).samples()

    assert len(first.annotations) == 3


def test_our_objects_and_captions_side_by_side_are_the_dataset_that_they_were_made_of(
    tmp_path: Path,
) -> None:
    sample = replace(small_sample(), captions=("One.", "One.", "Two."))
    for name in ("coco", "coco_captions"):
        FORMATS[name].write(replace(dataset_of([sample]), has_images=False), FolderOut(tmp_path))

    assert list(FORMATS["coco"].read(FolderSource(tmp_path), print).samples()) == [sample]


def test_split_and_group_that_the_second_file_tells_alone_are_kept(tmp_path: Path) -> None:
    bare, told = two_of_one_name(), two_of_one_name()
    told["images"][0] |= {"split": "val", "group": "g"}
    for name, whole in ("a.json", bare), ("b.json", told):
        (tmp_path / name).write_text(json.dumps(whole))

    first, second = FORMATS["coco"].read(FolderSource(tmp_path), print).samples()

    assert (first.split, first.group) == ("val", "g")
    assert (second.split, second.group) == (None, None)


@pytest.mark.parametrize("name", ["0.json", "0.xml", "0.csv", "objects.jsonl"])
def test_one_broken_file_of_a_zip_hides_no_format(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, '{"broken": "checksum"}')
        archive.writestr("instances.json", json.dumps(content()))
    data = bytearray(path.read_bytes())
    at = data.index(b"checksum")
    data[at : at + 1] = b"C"
    path.write_bytes(data)

    told = [each.name for each in READERS.values() if each.is_in(open_source(path))]

    assert told == ["coco"]


def test_label_called_unlabelled_is_told_from_having_none(tmp_path: Path) -> None:
    masks = [
        Annotation(encode(np.ones((2, 3), bool)), "unlabelled", id="a"),
        Annotation(encode(np.eye(2, 3, dtype=bool)), None, id="b"),
    ]
    sample = Sample("1.png", (2, 3), tuple(masks))
    labels = (Label("unlabelled", 4, {"color": "red"}),)
    FORMATS["coco"].write(Dataset(labels, lambda: iter([sample])), FolderOut(tmp_path))

    again = FORMATS["coco"].read(FolderSource(tmp_path), print)

    assert [(each.name, each.extra) for each in again.labels] == [("unlabelled", {"color": "red"})]
    assert list(again.samples()) == [sample]
    told = json.loads((tmp_path / "annotations.json").read_text())
    assert [each["id"] for each in told["categories"]] == [0, 4]
