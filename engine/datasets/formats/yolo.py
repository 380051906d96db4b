"""YOLO: one text file for each image, a line for each object, in shares of the image's sides.

Segmentation has a class and the corners of one polygon, detection a class and a box's centre and
sides. Ultralytics' layout is written (https://docs.ultralytics.com/datasets/segment/); of what is
read, Darknet's, Roboflow's and Label Studio's are too: classes in `data.yaml`, `obj.names` or
`classes.txt`, labels beside the images or in `labels/` for `images/`.

Of sets for poses, whose `data.yaml` tells `kpt_shape`, boxes are read and points counted. A mask of
several parts or with holes is one polygon all the same: see engine.masks.outlines.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import Final, TypeAlias

import numpy as np

from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.formats.box_lines import words_of_lines
from engine.datasets.formats.format import Format, Report
from engine.datasets.formats.pictures import Pictures, split_and_name, write_image
from engine.datasets.formats.yolo_classes import CLASS_FILES, Classes, classes_of
from engine.datasets.naming import FreeNames, safe_name
from engine.datasets.sample import (
    TRAIN,
    UNLABELLED,
    Annotation,
    Dataset,
    Sample,
    label_or_none,
    labels_of,
    rounded_box,
)
from engine.datasets.traits import STACKED, Trait
from engine.masks.outlines import joined, outlines
from engine.masks.rle import RLE, bbox_xywh, decode
from engine.masks.validate import InvalidMaskError, rle_from_coco

FOLDERS: Final = ("images", "obj_train_data")  # of layout, no part of a name
LineOf: TypeAlias = Callable[[Annotation, tuple[int, int]], str]  # what follows its class
_NO_LABELS: Final = {"classes.txt", "readme.txt", "requirements.txt"}
_LINE_BYTES: Final = 2**16
_BOX_NUMBERS: Final = 4
_DIGITS: Final = 9  # a pixel of the longest side is a share of 3e-5
_SLACK: Final = 0.01  # of a side: strangers' boxes stick out a little


def _write(line_of: LineOf, dataset: Dataset, out: Out) -> None:
    """Write `data.yaml`, `labels/SPLIT/NAME.txt` and `images/SPLIT/NAME`."""
    classes = dataset.classes()
    numbers = {name: number for number, name in enumerate(classes)}
    splits, is_labelled = set(), True
    free = FreeNames()
    for sample in dataset.samples():
        split = safe_name(sample.split or TRAIN).replace("/", "_")
        placed = replace(sample, file_name=free.take(f"{split}/{_plain(sample.file_name)}"))
        splits.add(split)
        is_labelled &= all(each.label for each in sample.annotations)
        lines = (
            f"{numbers[each.label or UNLABELLED]} {line_of(each, sample.size_hw)}\n"
            for each in sample.annotations
        )
        with out.file(f"labels/{placed.stem}.txt") as file:
            file.write("".join(lines).encode())
        write_image(sample, out, f"images/{placed.file_name}")
    with out.file("data.yaml") as file:
        file.write(_data_yaml(classes[:-1] if is_labelled else classes, sorted(splits)).encode())


def _plain(file_name: str) -> str:
    """Rename folders called `images`: ultralytics finds labels by the last of that name."""
    *folders, name = file_name.split("/")
    plain = [f"{each}_" if each in FOLDERS else each for each in folders]
    return "/".join([*plain, name])


def _data_yaml(classes: Sequence[str], splits: Sequence[str]) -> str:
    """Name what to train on and to validate on: ultralytics wants both.

    The holdout is neither: it keeps the best weights by what it validates on. No `path` is told: it
    would take "." for the folder that it runs in, and without one it takes this file's own.
    """
    train, val = _train_and_val(splits)
    tests = [f"test: images/{split}" for split in ("holdout", "test") if split in splits]
    names = [f"  {number}: {json.dumps(name)}" for number, name in enumerate(classes)]
    paths = [f"train: images/{train}", f"val: images/{val}", *tests[:1]]
    lines = [*paths, "names:", *names]
    return "\n".join(lines) + "\n"


def _train_and_val(splits: Collection[str]) -> tuple[str, str]:
    """Choose both: without a `val` there is nothing to validate on but what is trained on."""
    others = sorted(split for split in splits if split not in {"holdout", "test", "val"})
    train = TRAIN if TRAIN in splits or not others else others[0]
    return train, "val" if "val" in splits else train


def _note(splits: Collection[str]) -> str:
    """Tell what whoever trains would take the figures of ultralytics for."""
    train, val = _train_and_val(splits)
    if train not in splits:
        return f"data.yaml names images/{train} to train on, and there are no such images."
    if val == train:
        return (
            f"data.yaml names images/{train} as val, too: without a split val, ultralytics"
            " validates on the images it trains on. A version that is cut with a share for val"
            " has one."
        )
    return ""


def _polygon(each: Annotation, size_hw: tuple[int, int]) -> str:
    if each.rle is None:
        raise ValueError("segmentation holds no boxes: they are to be left out")
    rings = [ring for part in outlines(decode(each.rle)) for ring in (part.ring, *part.holes)]
    shares = joined(rings) / np.array(size_hw[::-1])
    return " ".join(f"{share:.{_DIGITS}g}" for share in shares.ravel())


def _box(each: Annotation, size_hw: tuple[int, int]) -> str:
    x, y, width, height = each.box_xywh or (bbox_xywh(each.rle) if each.rle else (0, 0, 0, 0))
    shares = np.array([x + width / 2, y + height / 2, width, height]) / np.tile(size_hw[::-1], 2)
    return " ".join(f"{share:.{_DIGITS}g}" for share in shares)


def read(source: Source, report: Report) -> Dataset:
    """Read boxes and polygons of all images, also of those that have no labels file.

    Raises:
        DatasetError: there is no list of classes, or it is not one.

    """
    classes = classes_of(source)
    pictures = Pictures(source)
    texts = {name for name in source.names if name.endswith(".txt")}

    def samples() -> Iterator[Sample]:
        left = set(texts)
        for image in pictures.names:
            text = next((each for each in _labels_beside(image) if each in texts), None)
            left.discard(text or "")
            try:
                yield _sample(source, pictures, image, text, classes, report)
            except DatasetError as problem:  # of the image as a whole
                report(problem)
        for name in sorted(left):
            if not _is_list(source, name):
                report(
                    DatasetError("no image of this name is there, which tells its size", file=name)
                )

    return Dataset(labels_of(classes.names), samples)


def is_in(source: Source) -> bool:
    bare = {PurePosixPath(name).name for name in source.names}
    texts = (PurePosixPath(name) for name in source.names if name.endswith(".txt"))
    # Roboflow has texts of another format beside the same list of classes.
    return bool(bare & set(CLASS_FILES)) and any("labelTxt" not in path.parts for path in texts)


def _is_list(source: Source, name: str) -> bool:
    """Tell lists of images and of classes from labels: they have known names, or lie at the top."""
    bare = PurePosixPath(name).name.lower()
    return bare in _NO_LABELS or ("/" not in name and not _begins_as_labels(source, name))


def _begins_as_labels(source: Source, name: str) -> bool:
    """Tell a file whose first line is numbers. One that cannot be read may be such, too."""
    try:
        with source.file(name) as file:
            words = file.readline(_LINE_BYTES).decode("utf-8-sig", errors="replace").split()
    except DatasetError:
        return True
    try:
        return len([float(word) for word in words]) > _BOX_NUMBERS
    except ValueError:
        return False


def _labels_beside(image: str) -> Iterator[str]:
    """Yield where the labels of an image may lie."""
    path = PurePosixPath(image).with_suffix(".txt")
    yield path.as_posix()
    for place, part in reversed(list(enumerate(path.parts))):
        if part == "images":
            yield PurePosixPath(*path.parts[:place], "labels", *path.parts[place + 1 :]).as_posix()


def _sample(
    source: Source,
    pictures: Pictures,
    image: str,
    text: str | None,
    classes: Classes,
    report: Report,
) -> Sample:
    size_hw = pictures.size_of(image)
    annotations, points = [], 0
    data = source.read(text) if text else b""
    for number, words in words_of_lines(data, text or "", report):
        try:
            line = _line(words, classes)
            annotations.append(_annotation(line, size_hw))
            points += line.points
        except ValueError as error:
            report(DatasetError(str(error), file=text or "", index=number))
    split, name = split_and_name(image, FOLDERS)
    return Sample(
        name,
        size_hw,
        tuple(annotations),
        split=split,
        load_bytes=pictures.loader(image),
        left_out={"keypoints left out": points} if points else {},
    )


@dataclass(frozen=True, slots=True)
class _Line:
    label: str
    values: list[float]  # a box, a box with its confidence, or the corners of a polygon
    points: int = 0  # that are told of the object, and have no place here


def _line(words: Sequence[str], classes: Classes) -> _Line:
    """Take a line apart: class, shares of the sides and, in sets for poses, the points."""
    try:
        number, values = int(words[0]), [float(word) for word in words[1:]]
    except ValueError:
        raise ValueError("each line is a whole number and shares of the sides") from None
    if not 0 <= number < len(classes.names):
        raise ValueError(f"class {words[0][:20]} is none of 0 to {len(classes.names) - 1}")
    label = classes.names[number]
    if classes.points is None or len(values) <= _BOX_NUMBERS + 1:
        return _Line(label, values)
    count, numbers = classes.points
    box, told = values[:_BOX_NUMBERS], values[_BOX_NUMBERS:]
    confidence = told[count * numbers :]
    if len(confidence) > 1 or len(told) < count * numbers:
        raise ValueError(f"{len(told)} numbers behind a box are not {count} points")
    points = np.array(told[: count * numbers]).reshape(count, numbers)
    return _Line(label, box + confidence, int(points.any(axis=1).sum()))  # zeros: not seen


def _annotation(line: _Line, size_hw: tuple[int, int]) -> Annotation:
    values, label = line.values, label_or_none(line.label)
    if not all(-_SLACK <= value <= 1 + _SLACK for value in values):  # a NaN compares false
        raise ValueError("coordinates are shares of the image's sides, from 0 to 1")
    sides = np.array(size_hw[::-1])
    if len(values) in {_BOX_NUMBERS, _BOX_NUMBERS + 1}:
        x, y, width, height = (np.array(values[:_BOX_NUMBERS]) * np.tile(sides, 2)).tolist()
        box = rounded_box(x - width / 2, y - height / 2, width, height)
        confidence = values[_BOX_NUMBERS] if len(values) > _BOX_NUMBERS else None
        return Annotation(None, label, box, predicted_iou=confidence)
    if len(values) % 2:
        raise ValueError(f"{len(values)} numbers are neither a box nor the corners of a polygon")
    corners = np.clip(np.array(values).reshape(-1, 2), 0, 1) * sides
    return Annotation(_mask(corners.ravel().tolist(), size_hw), label)


def _mask(polygon: list[float], size_hw: tuple[int, int]) -> RLE:
    try:
        return rle_from_coco([polygon], size_hw)
    except InvalidMaskError as error:
        raise ValueError(str(error)) from None


_KEPT: Final = STACKED | {Trait.INSTANCES, Trait.LABELS, Trait.SPLITS, Trait.EMPTY}
YOLO_SEGMENTATION: Final = Format(
    "yolo",
    "YOLO segmentation",
    _KEPT | {Trait.MASKS},
    frozenset(),
    partial(_write, _polygon),
    read,
    is_in,
    tells_splits=True,
    note=_note,
)
YOLO_DETECTION: Final = Format(
    "yolo_detection",
    "YOLO detection",
    _KEPT | {Trait.BOXES},
    frozenset(),
    partial(_write, _box),
    read,
    is_in,
    tells_splits=True,
    note=_note,
)
