"""Which other tools' own readers count what is in their files, and where we count otherwise.

THIRD_PARTY.md shows it; tests/strangers/test_third_party.py asks the readers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

CAPTION: Final = "(caption)"  # as what is no object is told


@dataclass(frozen=True, slots=True)
class Counting:
    """What a reader is given, and by how much it counts more than comes in here."""

    path: str  # a folder or a file
    reader: str  # tests/strangers/readers/by_READER.py
    of: str  # what the reader is asked to take it for
    form: str = ""  # what we take it for, where that may be several formats
    images: int = 0
    objects: Mapping[str, int] = field(default_factory=dict)  # by their labels
    why: str = ""

    def __str__(self) -> str:
        return f"{self.path}-{self.reader}-{self.of}"


_DATUMARO: Final = "datumaro_assets/"
_STUDIO: Final = "labelstudio_sdk/"
_COCO: Final = _DATUMARO + "coco_dataset/annotations/"
_STANDS_IN: Final = "boxes beyond images that are stand-ins of a few pixels"
_SPACES: Final = "it writes names without spaces"
_CLASS_MASKS: Final = "its names are shorter, and each class of an image has a mask besides"
_TURNED: Final = "one mask has the sides of its image turned"
_TWICE: Final = "two ids are there twice: it has the second of the two objects twice, not the first"
_NO_IMAGE: Final = "a task of text"
_NO_MASKS: Final = "they are no masks"
_OF_IMAGES: Final = "labels of whole images"
_CAR: Final = "car, auto, automobile, machine, motorcar"
_PERSON: Final = "person, individual, someone, somebody, mortal, soul"


def _datumaro(
    folder: str,
    of: str,
    objects: Mapping[str, int] | None = None,
    why: str = "",
    images: int = 0,
) -> Counting:
    return Counting(_DATUMARO + folder, "datumaro", of, "", images, objects or {}, why)


# The datasets of Datumaro's own tests, which it reads.
_OF_DATUMARO: Final = (
    _datumaro(
        "ade20k2020_dataset/dataset",
        "ade20k2020",
        {_CAR: -2, "car": 4, _PERSON: -2, "person": 4, "door": 2, "rim": 1},
        _CLASS_MASKS,
    ),
    _datumaro(
        "ade20k2020_dataset/dataset_with_meta_file",
        "ade20k2020",
        {_CAR: -1, "car": 2, _PERSON: -1, "person": 2, "door": 1},
        _CLASS_MASKS,
    ),
    _datumaro("camvid_dataset", "camvid"),
    _datumaro(
        "cityscapes_dataset",
        "cityscapes",
        {"ego vehicle": -1, "egovehicle": 1, "out of roi": -4, "outofroi": 4},
        _SPACES,
    ),
    _datumaro("cvat_dataset/export_project", "cvat", {"(points)": 3, "(polyline)": 3}, _NO_MASKS),
    _datumaro("cvat_dataset/export_task", "cvat", {"(points)": 1, "(polyline)": 1}, _NO_MASKS),
    _datumaro("datumaro_dataset/legacy", "datumaro", {"(label)": 7}, _OF_IMAGES),
    _datumaro(
        "kitti_dataset/kitti_3d", "kitti3d", {"Car": 1, "DontCare": 1, "Truck": 1}, _STANDS_IN
    ),
    _datumaro(
        "kitti_dataset/kitti_3d_with_subset",
        "kitti3d",
        {"Car": 1, "DontCare": 2, "Pedestrian": 2},
        _STANDS_IN,
    ),
    _datumaro("kitti_dataset/kitti_detection", "kitti_detection"),
    _datumaro(
        "kitti_dataset/kitti_raw",
        "kitti_raw",
        {"(cuboid_3d)": 4},
        "scenes in space and time: Anneal holds still images",
        images=3,
    ),
    _datumaro(
        "kitti_dataset/kitti_segmentation",
        "kitti_segmentation",
        {"out of roi": -2, "outofroi": 2},
        _SPACES,
    ),
    _datumaro("labelme_dataset", "label_me"),
    _datumaro("mapillary_vistas_dataset", "mapillary_vistas"),
    _datumaro("mots_dataset", "mots"),
    _datumaro(
        "open_images_dataset/v5", "open_images", {}, "a list of images without objects", images=2
    ),
    _datumaro(
        "open_images_dataset/v6",
        "open_images",
        {"/m/0": 1, "Generic label #0": -1, "/m/3": 1, "Generic label #3": -1, "(label)": 4},
        f"its names are the ids of classes; {_OF_IMAGES}",
    ),
    _datumaro("roboflow_dataset/coco", "roboflow_coco"),
    _datumaro("roboflow_dataset/createml", "roboflow_create_ml"),
    _datumaro(
        "roboflow_dataset/multiclass", "roboflow_multiclass", {"(label)": 4}, _OF_IMAGES, images=3
    ),
    _datumaro("roboflow_dataset/voc", "roboflow_voc"),
    _datumaro("roboflow_dataset/yolo", "roboflow_yolo"),
    _datumaro("roboflow_dataset/yolo_obb", "roboflow_yolo_obb"),
    _datumaro("segment_anything_dataset", "segment_anything", {"unlabelled": 1}, _TURNED),
    _datumaro(
        "voc_dataset",
        "voc",
        {"bicycle": 1, "(label)": 11},
        f"its XML calls an object a cat and the map a bicycle: here it is one; {_OF_IMAGES}",
    ),
    _datumaro(
        "vott_json_dataset/dataset",
        "vott_json",
        {"animal": 2, "dog": 1, "person": 1, "unlabelled": 1},
        f"{_STANDS_IN}; a region of two tags is two objects to it",
    ),
    _datumaro(
        "vott_json_dataset/dataset_with_meta_file",
        "vott_json",
        {"animal": 1, "dog": 1, "person": 1, "unlabelled": 1},
        _STANDS_IN,
    ),
    _datumaro("yolo_dataset", "yolo"),
)


def _of_coco() -> Iterator[Counting]:
    """Yield files of COCO with each of its readers."""
    folder = _DATUMARO + "coco_dataset"
    stuff = "of several kinds of files it reads instances alone; here one of stuff comes in, too"
    yield Counting(folder, "datumaro", "coco", "coco", 0, {"a": -1}, stuff)
    yield Counting(folder, "panopticapi", "panoptic", "coco_panoptic")
    for split in ("train", "val"):
        for reader in ("pycocotools", "faster_coco_eval"):
            for kind in ("instances", "person_keypoints", "stuff"):
                yield Counting(f"{_COCO}{kind}_{split}.json", reader, "coco")
            yield Counting(
                f"{_DATUMARO}roboflow_dataset/coco/{split}/_annotations.coco.json", reader, "coco"
            )
        yield Counting(f"{_COCO}captions_{split}.json", "pycocotools", "coco")
        yield Counting(f"{_COCO}instances_{split}.json", "fiftyone", "coco")
    twice = {"Cigarette": -2, "Clear plastic bottle": 1, "Unlabeled litter": 1}
    imported = f"{_STUDIO}test_import_coco/coco_import_input.json"
    for reader in ("pycocotools", "faster_coco_eval"):
        yield Counting("taco/annotations.json", reader, "coco", "", 0, twice, _TWICE)
        yield Counting(imported, reader, "coco")
    yield Counting(
        imported,
        "label_studio_sdk",
        "coco",
        objects={"Class_1": 1, "Class_2": 2},
        why="it makes two or three of an object: its box, and each of its polygons",
    )
    yield Counting(
        f"{_DATUMARO}mapillary_vistas_dataset",
        "panopticapi",
        "panoptic",
        images=3,
        objects={
            "animal--bird": 4,
            "construction--barrier--separator": 4,
            "object--vehicle--bicycle": 2,
        },
        why="version 2.0 has the images of 1.2 once more",
    )
    yield Counting(
        f"{_DATUMARO}segment_anything_dataset",
        "pycocotools",
        "sa1b",
        objects={"unlabelled": 1},
        why=_TURNED,
    )
    yield Counting(
        "cocoapi_results",
        "pycocotools",
        "results",
        images=998,
        objects={CAPTION: 1000, "(keypoints)": 125},
        why="captions of models are passed over, keypoints are no masks",
    )


def _of_label_studio() -> Iterator[Counting]:
    """Yield each file of tasks, and YOLO as Label Studio writes it."""
    rest: dict[str, tuple[int, dict[str, int], str]] = {
        "test_export_coco/data.json": (0, {"(KeyPointLabels)": 2}, _NO_MASKS),
        "test_export_csv/csv_test.json": (
            0,
            {"Car": -2},
            "predictions come in as well, and wait for verdicts",
        ),
        "test_export_csv/csv_test2.json": (1, {}, _NO_IMAGE),
        "test_export_csv/csv_test_colliding_keys.json": (1, {}, _NO_IMAGE),
        "test_export_csv/csv_test_colliding_keys_mixed.json": (2, {}, "two tasks of text"),
        "test_export_csv/csv_test_history.json": (1, {}, _NO_IMAGE),
        "test_export_doclang/data.json": (
            2,
            {"Section-header": 1, "Text": 1},
            "the images lie elsewhere, and nothing tells their sizes",
        ),
        "test_export_json_min/data.json": (0, {}, ""),
        "test_export_json_min/data_repeater.json": (
            1,
            {"Document Title": 1, "(Taxonomy)": 1},
            "a task of a list of images names no one image",
        ),
        "test_export_json_min/chat_data.json": (1, {"(chatmessage)": 4}, "a task of a chat"),
        "test_export_yolo/data.json": (0, {}, ""),
        "test_export_yolo/data_keypoints.json": (0, {"(KeyPointLabels)": 3}, _NO_MASKS),
        "test_export_yolo/data_obb.json": (0, {}, ""),
        "test_export_yolo/data_polygons.json": (0, {}, ""),
    }
    for file, (images, objects, why) in rest.items():
        of = "label_studio"
        yield Counting(_STUDIO + file, "label_studio_sdk", of, "", images, objects, why)
    for reader in ("label_studio_sdk", "ultralytics"):
        yield Counting(f"{_STUDIO}test_import_yolo_data", reader, "yolo")


COUNTINGS: Final = tuple(
    sorted((*_OF_DATUMARO, *_of_coco(), *_of_label_studio()), key=lambda each: each.path)
)
# What none of the readers reads, and why.
UNREAD: Final = {
    f"{_DATUMARO}roboflow_dataset/tfrecord": "Datumaro needs TensorFlow for it, a gigabyte",
    f"{_STUDIO}test_brush": "an image alone",
}
