"""`python -m tests.engine.third_party_table`: what comes in of strangers' files, as a table.

Each row is read, and counted beside that without our readers. It is engine/datasets/THIRD_PARTY.md.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, field
from functools import cache
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import open_source
from engine.datasets.formats import READERS, Reader
from engine.datasets.sample import UNLABELLED
from tests.engine import third_party_counts as count
from tests.engine.datasets_broken import ROOT
from tests.engine.third_party_counts import Held, lines_of, numbers_of
from tests.engine.third_party_readers import CAPTION, COUNTINGS, UNREAD, Counting

DATA: Final = ROOT.parent / "shared" / "data" / "exports_thirdparty"
HEAD: Final = """# Files of other tools

What comes in of the files of other tools that the project is tested with, beside what they hold:
entries, lines, elements and numbers counted plainly, without our readers. "Predictions" are masks
and boxes of models, which wait for verdicts; "refused" is how many messages tell what was left
out. Where figures differ, or what is read is not as the tool itself reads it, the last column says
so.

`python -m tests.engine.third_party_table` makes this page; a test holds it to what is read.
"""
COUNTED: Final = """
## What their own readers count

The same files, counted by the readers of those who made them or use them: as many images, and as
many objects of each label, as come in here, but for those that are listed. "+2 `car`" are two that
the reader counts and we do not; what is neither mask, polygon nor box stands in parentheses.

`make strangers` asks the readers (tests/strangers/test_third_party.py).
"""
_DATUMARO: Final = "datumaro_assets/"
_STUDIO: Final = "labelstudio_sdk/"
_KEYPOINTS: Final = "keypoints are no masks: each is refused by name"
_POLYLINES: Final = "polylines and points are no masks: each is refused by name"
_BEYOND: Final = "the images are stand-ins of a few pixels: a box beyond its image is refused"
_CLASSES: Final = "labels of whole images: Anneal holds none"


@dataclass(frozen=True, slots=True)
class Row:
    """One dataset: where it lies, what made it, how to count it, and why figures differ."""

    folder: str
    tool: str
    held: Callable[..., Held]
    differences: str = ""  # why figures are not the same
    form: str = ""  # its name, where the files may be several formats
    note: str = ""  # what else is not as the tool that made them reads them


ROWS: Final = (
    Row(_DATUMARO + "ade20k2020_dataset/dataset", "ADE20K (2020)", count.ade),
    Row(_DATUMARO + "ade20k2020_dataset/dataset_with_meta_file", "ADE20K (2020)", count.ade),
    Row(
        _DATUMARO + "camvid_dataset",
        "CamVid",
        numbers_of("*annot/*", "train/*", "val/*", "test/*"),
    ),
    Row(
        _DATUMARO + "cityscapes_dataset",
        "Cityscapes",
        numbers_of("gtFine/**/*", "leftImg8bit/**/*"),
    ),
    Row(
        _DATUMARO + "coco_dataset",
        "COCO",
        count.coco,
        "objects listed once more, with keypoints, are one; labels of whole images are refused",
        form="coco",
    ),
    Row(_DATUMARO + "coco_dataset", "COCO panoptic", count.panoptic, form="coco_panoptic"),
    Row(_DATUMARO + "cvat_dataset/export_project", "CVAT 1.1, a project", count.cvat, _POLYLINES),
    Row(_DATUMARO + "cvat_dataset/export_task", "CVAT 1.1, a task", count.cvat, _POLYLINES),
    Row(_DATUMARO + "datumaro_dataset/legacy", "Datumaro", count.datumaro, _CLASSES),
    Row(
        _DATUMARO + "kitti_dataset/kitti_3d",
        "KITTI 3D",
        lines_of("label_2/**/*", "image_2/**/*"),
        _BEYOND,
        note="regions marked DontCare are crowds, which imports leave out",
    ),
    Row(
        _DATUMARO + "kitti_dataset/kitti_3d_with_subset",
        "KITTI 3D",
        lines_of("label_2/**/*", "image_2/**/*"),
        _BEYOND,
        note="regions marked DontCare are crowds, which imports leave out",
    ),
    Row(
        _DATUMARO + "kitti_dataset/kitti_detection",
        "KITTI objects",
        lines_of("*/label_2/*", "*/image_2/*"),
    ),
    Row(
        _DATUMARO + "kitti_dataset/kitti_raw",
        "KITTI raw",
        count.kitti_raw,
        "scenes in space and time: Anneal holds still images",
    ),
    Row(
        _DATUMARO + "kitti_dataset/kitti_segmentation",
        "KITTI segmentation",
        numbers_of("*/instance/*", "*/image_2/*"),
    ),
    Row(_DATUMARO + "labelme_dataset", "LabelMe (MIT)", count.labelme_xml),
    Row(
        _DATUMARO + "mapillary_vistas_dataset",
        "Mapillary Vistas",
        count.panoptic,
        "version 2.0 lists the images of 1.2 once more: each is refused by name",
    ),
    Row(
        _DATUMARO + "mots_dataset",
        "MOTS",
        numbers_of("*/instances/*.png", "*/images/*"),
        note="the images have the sides of their maps turned, so that an import refuses the masks",
    ),
    Row(
        _DATUMARO + "open_images_dataset/v5",
        "Open Images V5",
        count.open_images,
        "a list of images without objects",
    ),
    Row(
        _DATUMARO + "open_images_dataset/v6",
        "Open Images V6",
        count.open_images,
        "a mask and its box are one object; labels of whole images are passed over",
    ),
    Row(_DATUMARO + "roboflow_dataset/coco", "Roboflow COCO", count.coco),
    Row(
        _DATUMARO + "roboflow_dataset/createml",
        "Roboflow Create ML",
        count.createml,
        note="coordinates are of centres, as Apple tells; Datumaro's are of corners",
    ),
    Row(
        _DATUMARO + "roboflow_dataset/multiclass",
        "Roboflow multi-class CSV",
        count.multiclass,
        "labels of whole images: Anneal holds none",
    ),
    Row(
        _DATUMARO + "roboflow_dataset/tfrecord",
        "Roboflow TFRecord",
        count.tfrecord,
        "records of TensorFlow, which nothing that Anneal depends on reads: export COCO instead",
    ),
    Row(_DATUMARO + "roboflow_dataset/voc", "Roboflow VOC", count.voc),
    Row(_DATUMARO + "roboflow_dataset/yolo", "Roboflow YOLO", lines_of("*/labels/*", "*/images/*")),
    Row(
        _DATUMARO + "roboflow_dataset/yolo_obb",
        "Roboflow YOLO, oriented",
        lines_of("*/labelTxt/*", "*/images/*"),
        note="a box is that around the oriented one",
    ),
    Row(
        _DATUMARO + "segment_anything_dataset",
        "SA-1B",
        count.sa1b,
        "one mask has the sides of its image turned, and is empty",
    ),
    Row(_DATUMARO + "voc_dataset", "Pascal VOC", count.voc),
    Row(
        _DATUMARO + "vott_json_dataset/dataset",
        "VoTT",
        count.vott,
        _BEYOND,
        note="a region of two tags is one object; Datumaro makes two",
    ),
    Row(_DATUMARO + "vott_json_dataset/dataset_with_meta_file", "VoTT", count.vott, _BEYOND),
    Row(_DATUMARO + "yolo_dataset", "YOLO (Darknet)", lines_of("obj_*/*.txt", "obj_*/*")),
    Row(_STUDIO + "test_brush", "Label Studio, a brush", count.only_pictures, "an image alone"),
    Row(_STUDIO + "test_export_coco", "Label Studio", count.label_studio, _KEYPOINTS),
    Row(
        _STUDIO + "test_export_csv",
        "Label Studio",
        count.label_studio,
        "tasks of text name no image, and are refused",
    ),
    Row(
        _STUDIO + "test_export_doclang",
        "Label Studio",
        count.label_studio,
        "the images lie elsewhere, and nothing tells their sizes: each task is refused",
    ),
    Row(
        _STUDIO + "test_export_json_min",
        "Label Studio",
        count.label_studio,
        "tasks of chats and of lists of images name no one image, and are refused",
    ),
    Row(
        _STUDIO + "test_export_yolo",
        "Label Studio",
        count.label_studio,
        "keypoints and relations are no masks: each is refused by name",
    ),
    Row(_STUDIO + "test_import_coco", "COCO Annotator", count.coco),
    Row(
        _STUDIO + "test_import_yolo_data",
        "Label Studio YOLO",
        lines_of("labels/*", "images/*"),
        "two texts have no image beside them, and are refused by name",
    ),
    Row(
        "cocoapi_results",
        "COCO results",
        count.results,
        "captions of models are passed over; keypoints are no masks: each is refused by name; the "
        "names of images and classes are in none of these files",
    ),
    Row("taco", "TACO (COCO)", count.coco),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What was read of a row."""

    reader: str  # empty: no format is in these files
    images: int = 0
    masks: int = 0
    boxes: int = 0
    captions: int = 0
    predictions: int = 0
    refused: int = 0


@dataclass(slots=True)
class Counted:
    """What is in files: images, and objects by their labels."""

    images: int = 0
    objects: Counter[str] = field(default_factory=Counter)

    def add(self, label: str | None, *, is_caption: bool = False) -> None:
        self.objects[CAPTION if is_caption else label or UNLABELLED] += 1


@cache
def read(row: Row) -> Found:
    """Read a dataset by the one format that tells itself, or by the row's.

    Raises:
        AssertionError: several tell themselves, and the row names none of them.

    """
    told = _told_in(row.folder)
    readers = [each for each in told if row.form in {"", each.name}]
    if len(readers) > 1 or (row.form and len(told) == 1):
        raise AssertionError(f"{row.folder}: {', '.join(each.name for each in told)}")
    return _read(readers[0], row) if readers else Found("")


def _told_in(path: str) -> list[Reader]:
    source = open_source(DATA / path)
    told = {each.read: each for each in reversed(list(READERS.values())) if each.is_in(source)}
    return list(told.values())


@cache
def counted_here(path: str, form: str) -> Counted:
    """Count what comes in of what a stranger counts, by the first format that may be meant."""
    found = Counted()
    told = [each for each in _told_in(path) if form in {"", each.name}]
    for reader in told[:1]:
        for sample in reader.read(open_source(DATA / path), lambda _: None).samples():
            found.images += 1
            predicted = (one for each in sample.predictions for one in each.annotations)
            for each in (*sample.annotations, *predicted):
                found.add(each.label)
            for _ in sample.captions:
                found.add(None, is_caption=True)
    return found


def theirs(counting: Counting) -> Counted:
    """Return what the stranger must count: what comes in, and what is told to differ."""
    here = counted_here(counting.path, counting.form)
    objects = here.objects.copy()
    objects.update(counting.objects)
    return Counted(here.images + counting.images, +objects)


def _read(reader: Reader, row: Row) -> Found:
    problems: list[DatasetError] = []
    samples = list(reader.read(open_source(DATA / row.folder), problems.append).samples())
    objects = [each for sample in samples for each in sample.annotations]
    masks = sum(each.rle is not None for each in objects)
    captions = sum(len(sample.captions) for sample in samples)
    captions += sum(each.caption is not None for each in objects)
    found = [one for sample in samples for each in sample.predictions for one in each.annotations]
    boxes = len(objects) - masks
    return Found(reader.name, len(samples), masks, boxes, captions, len(found), len(problems))


def differs(row: Row, found: Found, held: Held) -> bool:
    """Tell whether images, objects and captions are not as many as the files hold."""
    images, *others = held.values()
    read_of = found.masks + found.boxes + found.captions + found.predictions
    is_all = (images, sum(others)) == (found.images, read_of)
    return not is_all or found.refused > 0


def lines() -> Iterator[str]:
    yield HEAD
    yield (
        "| files | of | read as | images | masks | boxes | captions | predictions | refused "
        "| they hold | why |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for row in ROWS:
        found, held = read(row), row.held(DATA / row.folder)
        if differs(row, found, held) != bool(row.differences):
            raise AssertionError(f"{row.folder}: {found} of {held}: {row.differences or 'why?'}")
        told = ", ".join(f"{number} {name}" for name, number in held.items())
        figures = astuple(found)[1:]
        named = f"`{found.reader}`" + (" if named" if row.form else "") if found.reader else "not"
        shown = " | ".join(str(figure) for figure in figures) if found.reader else "| | | | | "
        words = "; ".join(each for each in (row.differences, row.note) if each)
        yield f"| {row.folder} | {row.tool} | {named} | {shown} | {told} | {words} |"
    yield from _lines_of_readers()


def _lines_of_readers() -> Iterator[str]:
    yield COUNTED
    yield "| files | reader | images | objects | labels | more or less than here | why |"
    yield "|---|---|---|---|---|---|---|"
    for each in COUNTINGS:
        found = theirs(each)
        more = [f"{each.images:+d} images"] if each.images else []
        more += [f"{number:+d} `{name}`" for name, number in each.objects.items()]
        if bool(more) != bool(each.why):
            raise AssertionError(f"{each}: {more} because of {each.why or 'what?'}")
        figures = f"{found.images} | {found.objects.total()} | {len(found.objects)}"
        reader = each.reader.replace("_", "-")
        yield f"| {each.path} | {reader} | {figures} | {'; '.join(more)} | {each.why} |"
    yield ""
    yield "None of them reads:"
    yield ""
    yield from (f"- {path}: {why}" for path, why in UNREAD.items())


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
