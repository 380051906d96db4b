"""COCO: instances with RLE masks, boxes and captions in one JSON file, images beside it.

Format: https://cocodataset.org/#format-data. Fields that COCO does not know hold what else there is
to tell, so nothing is lost; whoever does not know them passes them over.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import reduce
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from engine.datasets.coco import CocoAnnotation, CocoCategory, CocoImage, write_coco
from engine.datasets.coco_index import CocoFile, CocoIndex, Found
from engine.datasets.coco_reader import CocoReader
from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.formats.fields import json_of, number_of, text_of, values_of
from engine.datasets.formats.format import Format, Report
from engine.datasets.formats.pictures import Pictures, write_images
from engine.datasets.formats.told_files import OBJECT, files_of, iter_told
from engine.datasets.json_stream import iter_elements
from engine.datasets.sample import (
    UNLABELLED,
    Annotation,
    Dataset,
    Label,
    Sample,
    label_or_none,
)
from engine.datasets.traits import ALL, RECORDS, Trait

UNLABELLED_ID: Final = 0
_WORD: Final = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+")
_SPLITS: Final = {
    "train": "train", "training": "train", "test": "test", "testing": "test",
    "val": "val", "valid": "val", "validation": "val", "holdout": "holdout",
}  # fmt: skip
_LISTS: Final = {"images", "annotations", "categories", "licenses"}
_MAPS: Final = ("pixelmaps", "thingmaps")  # what folders of maps are called at their end
_TOLD_BY: Final = {"images": {"id", "file_name"}, "annotations": {"id", "image_id"}}
# Fields of ours in an annotation: those of Annotation, by the names that exports have always had.
# The id's was `mask` in edition 1, which is what FiftyOne calls the pixels of an object.
OLD_ID, ID = "mask", "mask_id"
_CAPTION = "region_caption"  # not `caption`, which readers take for a caption of the image
# What nothing else that is told of an object may be taken for: it may come from a stranger's file.
_TAKEN: Final = frozenset(
    f"id image_id category_id segmentation area bbox caption segments_info z {_CAPTION} "
    f"predicted_iou stability_score {ID}".split()
)
_IS_LABEL: Final = "is_label"  # of a category that is called as those without a label are
# What coco_keypoints tells of categories; points of no other name follow from masks.
CENTRED: Final[Mapping[str, object]] = {"keypoints": ["centre"], "skeleton": []}
_POINTS: Final = ("keypoints", "num_keypoints")


def write(dataset: Dataset, out: Out) -> None:
    """Write `annotations.json` and, where their bytes are known, `images/`."""
    write_as("annotations.json", dataset, out, {})


def write_as(name: str, dataset: Dataset, out: Out, told: Mapping[str, object]) -> None:
    """Write COCO's file by a name, with what is told of every category, and `images/`."""
    with out.file(name) as file:
        write_coco(
            file,
            info=info_of(dataset),
            categories=[
                {"id": UNLABELLED_ID, "name": UNLABELLED, **told},
                *(
                    {"name": each.name, **told, **_marked(each), **each.extra, "id": each.id}
                    for each in dataset.labels
                ),
            ],
            images=(
                {**image_of(number, sample), "captions": list(sample.captions)}
                for number, sample in enumerate(dataset.samples(), start=1)
            ),
            annotations=_annotations(dataset),
        )
    write_images(dataset, out)


def _marked(label: Label) -> dict[str, object]:
    """Tell a label of this name from that of objects which have none."""
    return {_IS_LABEL: True} if label.name == UNLABELLED else {}


def info_of(dataset: Dataset) -> dict[str, object]:
    return {"description": dataset.name, "version": dataset.version, "contributor": "Anneal"}


def image_of(number: int, sample: Sample) -> dict[str, object]:
    """Return an image's entry, by its number from 1, without what is said of it."""
    height, width = sample.size_hw
    return {
        "id": number,
        "file_name": sample.file_name,
        "height": height,
        "width": width,
        "sha256": sample.sha256,
        "group": sample.group,
        "split": sample.split,
        **address_of(sample),
    }


def address_of(sample: Sample) -> dict[str, object]:
    """Return COCO's field for where an image lies, if that is told."""
    return {"coco_url": sample.address} if sample.address else {}


def _annotations(dataset: Dataset) -> Iterator[dict[str, object]]:
    ids = {label.name: label.id for label in dataset.labels}
    identity = 0
    for number, sample in enumerate(dataset.samples(), start=1):
        for each in sample.annotations:
            identity += 1
            category = UNLABELLED_ID if each.label is None else ids[each.label]
            yield {
                "id": identity,
                "image_id": number,
                "category_id": category,
                **_fields(each, OLD_ID if dataset.edition == 1 else ID),
            }


def _fields(each: Annotation, id_field: str) -> dict[str, object]:
    told: dict[str, object] = {
        **{key: value for key, value in each.extra.items() if key not in _TAKEN},
        id_field: each.id,
        "parent": each.parent,
        "iscrowd": int(each.is_crowd),
        **({} if each.box_xywh is None else {"bbox": list(each.box_xywh)}),
    }
    if each.rle is not None:
        told["segmentation"] = each.rle
    optional = {
        "attributes": dict(each.attributes),
        "z": each.z,
        _CAPTION: each.caption,
        "predicted_iou": each.predicted_iou,
        "stability_score": each.stability_score,
    }
    nothing = {"attributes": {}, "z": 0}
    return told | {key: each for key, each in optional.items() if each != nothing.get(key)}


def read(source: Source, report: Report) -> Dataset:
    """Read all COCO files of a folder, once; what they say lies on the disk meanwhile.

    Files of one folder are united by the names of images and categories, as COCO puts masks,
    captions and splits in files of their own.

    Raises:
        DatasetError: one stops being JSON, or the only one is none.

    """
    pictures = Pictures(source, _is_map)
    names: dict[str, Label] = {}
    index = CocoIndex()
    files: dict[int, _File] = {}
    told = files_of(source, is_coco, report, OBJECT)
    for number, name in enumerate(told):
        content = CocoFile(index, number)
        try:
            with source.file(name) as file:
                CocoReader(name, content, report).read(file)
        except DatasetError as fault:
            if name == told[-1] and not files:
                raise
            report(fault)
            content.forget()
            continue
        content.check_categories(name, report)
        for category in content.categories.values():
            if name_of := _label_of(category):
                names.setdefault(name_of, Label(name_of, len(names) + 1, _told_of(category)))
        files[number] = _File(name, content.categories, split_told_by(name))

    def samples() -> Iterator[Sample]:
        for found in index.samples():
            yield reduce(_merged, (_sample(each, files[each.file], pictures) for each in found))

    return Dataset(tuple(names.values()), samples)


class _File(NamedTuple):
    name: str
    categories: Mapping[int, CocoCategory]
    split: str | None


def is_in(source: Source) -> bool:
    return next(iter_told(source, _has_objects), None) is not None


def _is_map(name: str) -> bool:
    """Tell the maps that COCO has of stuff and of panoptic segments, which may lie beside."""
    parts = PurePosixPath(name).parts[:-1]
    return any(part.startswith("panoptic") or part.endswith(_MAPS) for part in parts)


def is_named(word: str, source: Source) -> bool:
    """Tell whether a file's name has COCO's word for what is in it."""
    is_there = any(word in PurePosixPath(name).name for name in source.names)
    return is_there and is_in(source)


def is_coco(source: Source, name: str) -> bool:
    """Tell a file by its first image and its first annotation.

    Raises:
        DatasetError: it is not JSON as far as that.

    """
    return _first_entries(source, name) is not None


def has_captions(source: Source, name: str) -> bool:
    """Tell a file of captions by its first annotation. Raise DatasetError as `is_coco` does."""
    first = _first_entries(source, name)
    return first is not None and _is_caption(first.get("annotations", {}))


def _has_objects(source: Source, name: str) -> bool:
    first = _first_entries(source, name)
    return first is not None and not _is_caption(first.get("annotations", {}))


def _is_caption(annotation: Mapping[str, object]) -> bool:
    """Tell what is said of an image from an object, which some tools give a caption as well."""
    return "caption" in annotation and annotation.keys().isdisjoint({"segmentation", "bbox"})


def _first_entries(source: Source, name: str) -> dict[str, dict[str, object]] | None:
    """Return the first image and annotation, as far as there are some; None of no COCO file."""
    first: dict[str, object] = {}
    with source.file(name) as file:
        for element in iter_elements(file, name):
            if element.key in _TOLD_BY:
                first.setdefault(element.key, element.value)
            is_strange = element.place is not None and element.key not in _LISTS
            if element.key == "annotations" or is_strange:
                break
    told = {key: value for key, value in first.items() if isinstance(value, dict)}
    is_known = all(
        each.keys() >= _TOLD_BY[key] and "segments_info" not in each for key, each in told.items()
    )
    return told if told and len(told) == len(first) and is_known else None


def split_told_by(name: str) -> str | None:
    """Return the last word of a file's path that is a split's, as in `instances_val2017.json`."""
    words = _WORD.findall(PurePosixPath(name).with_suffix("").as_posix())
    return next(
        (_SPLITS[word] for word in map(str.lower, reversed(words)) if word in _SPLITS), None
    )


def _sample(told: Found, file: _File, pictures: Pictures) -> Sample:
    image, found = told.image, told.annotations
    return Sample(
        image.file_name,
        image.size_hw,
        tuple(_annotation(each, file.categories) for each in found if each.is_object),
        (
            *_captions(image),
            *(each.caption for each in found if each.caption and not each.is_object),
        ),
        str(image.extra.get("split") or "") or file.split,
        image.group,
        image.sha256,
        pictures.loader_beside(file.name, image.file_name),
    )


def _captions(image: CocoImage) -> list[str]:
    captions = image.extra.get("captions")
    listed = captions if isinstance(captions, list) else []
    return [each for each in listed if text_of(each)]


def _label_of(category: CocoCategory) -> str | None:
    return category.name if category.extra.get(_IS_LABEL) else label_or_none(category.name)


def _told_of(category: CocoCategory) -> dict[str, object]:
    told = {k: each for k, each in category.extra.items() if CENTRED.get(k) != each}
    return {k: each for k, each in told.items() if k != _IS_LABEL or category.name != UNLABELLED}


def _annotation(found: CocoAnnotation, categories: Mapping[int, CocoCategory]) -> Annotation:
    category = None if found.category_id is None else categories[found.category_id]
    extra = dict(found.extra)
    if category and category.extra.get("keypoints") == CENTRED["keypoints"]:
        extra = {key: each for key, each in extra.items() if key not in _POINTS}
    attributes = extra.pop("attributes", None)
    identity = extra.pop(ID if ID in extra else OLD_ID, None)
    parent = extra.pop("parent", None)
    caption = text_of(extra.pop(_CAPTION, None)) or text_of(found.caption)
    z = extra.pop("z", 0)
    return Annotation(
        found.rle,
        _label_of(category) if category else None,
        None if found.rle else found.told_xywh,
        str(identity) if identity is not None else "",
        str(parent) if parent else None,
        z if type(z) is int else 0,
        found.is_crowd,
        caption,
        values_of(attributes),
        number_of(extra.pop("predicted_iou", extra.pop("score", None))),
        number_of(extra.pop("stability_score", None)),
        json_of(extra),
    )


def _merged(known: Sample, more: Sample) -> Sample:
    """Unite what two files tell of an image: COCO lists persons once more with their keypoints."""
    annotations = list(known.annotations)
    places: defaultdict[tuple[object, ...], deque[int]] = defaultdict(deque)
    for place, each in enumerate(annotations):
        places[_shape(each)].append(place)
    for each in more.annotations:
        alike = places[_shape(each)]
        if not alike:
            annotations.append(each)
        else:
            place = alike.popleft()
            same = annotations[place]
            caption = same.caption or each.caption
            annotations[place] = replace(same, caption=caption, extra={**each.extra, **same.extra})
    captions = (each for each in more.captions if each not in known.captions)
    return replace(
        known,
        annotations=tuple(annotations),
        captions=(*known.captions, *captions),
        split=known.split or more.split,
        group=known.group or more.group,
    )


def _shape(each: Annotation) -> tuple[object, ...]:
    return each.label, each.rle and each.rle["counts"], each.box_xywh, each.is_crowd


COCO: Final = Format("coco", "COCO instances", ALL, RECORDS - {Trait.CROWDS}, write, read, is_in)
