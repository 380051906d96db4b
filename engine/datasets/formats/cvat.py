"""CVAT for images 1.1: one XML file, masks as runs within their box, images beside it.

Format: https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/. Masks and boxes are
written, polygons read too (engine.datasets.formats.cvat_read). CVAT passes over attributes of
elements that it does not know: there ours lie.
"""

import html
import json
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from engine.datasets.files import Out
from engine.datasets.formats.cvat_attributes import NOT_XML, Input, inputs, kind_of, value_of
from engine.datasets.formats.cvat_read import DEFAULT_SUBSET, OCCLUDED, is_in, place_of, read
from engine.datasets.formats.format import Format
from engine.datasets.formats.own_fields import OWN, Fields, image_beside, told_beside
from engine.datasets.formats.pictures import write_image
from engine.datasets.formats.shapes import cut, row_runs
from engine.datasets.sample import (
    DECLARED_SINCE,
    UNLABELLED,
    Annotation,
    Box,
    Dataset,
    Sample,
    Value,
)
from engine.datasets.traits import ALL, RECORDS, Trait
from engine.masks.rle import RLE

Inputs: TypeAlias = dict[str, dict[str, Input]]  # by label and attribute
_BLANKS: Final = {9: "&#9;", 10: "&#10;", 13: "&#13;"}  # which a reader would make spaces


def write(dataset: Dataset, out: Out) -> None:
    """Write `annotations.xml` and, where their bytes are known, `images/SUBSET/NAME`."""
    asked = _asked(dataset)
    with out.file("annotations.xml") as file:
        file.write(_head(dataset, asked).encode())
        for number, sample in enumerate(dataset.samples()):
            for line in _image(number, sample, asked):
                file.write(line.encode())
        file.write(b"</annotations>\n")
    for sample in dataset.samples() if dataset.has_images else ():
        write_image(sample, out, place_of(sample.split, sample.file_name))


def _asked(dataset: Dataset) -> Inputs:
    """Find which input each attribute wants, and whether a label is needed for what has none."""
    is_declared = dataset.edition >= DECLARED_SINCE
    asked = {label.name: inputs(label.extra) if is_declared else {} for label in dataset.labels}
    for sample in dataset.samples():
        for each in sample.annotations:
            of_label = asked.setdefault(each.label or UNLABELLED, {})
            for name, value in each.attributes.items():
                of_label[name] = of_label.get(name, Input(kind_of(value))).holding(value)
    return {label: dict(_ordered(found)) for label, found in asked.items()}


def _ordered(found: Mapping[str, Input]) -> Iterator[tuple[str, Input]]:
    """Yield what is declared as it comes, then what was met by its name."""
    yield from ((name, each) for name, each in found.items() if each.values is not None)
    yield from sorted((name, each) for name, each in found.items() if each.values is None)


def _head(dataset: Dataset, asked: Inputs) -> str:
    """Tell of a project with a task for each split, or of a task where there are none.

    Datumaro reads images of those subsets alone that a project's tasks name.
    """
    labels = "".join(
        f"<label><name>{_xml(label)}</name><attributes>"
        + "".join(
            f"<attribute><name>{_xml(key)}</name><mutable>False</mutable>"
            f"<input_type>{each.kind}</input_type>{_values(each)}</attribute>"
            for key, each in attributes.items()
        )
        + "</attributes></label>\n"
        for label, attributes in asked.items()
    )
    name = f"<name>{_xml(dataset.name)}</name>"
    splits = sorted({sample.split or DEFAULT_SUBSET for sample in dataset.samples()})
    tasks = "".join(
        f"<task><name>{_xml(split)}</name><mode>annotation</mode>"
        f"<subset>{_xml(split)}</subset></task>\n"
        for split in splits
    )
    content = (
        f"<task>{name}<mode>annotation</mode><labels>\n{labels}</labels></task>"
        if splits in ([], [DEFAULT_SUBSET])
        else f"<project>{name}<tasks>\n{tasks}</tasks><labels>\n{labels}</labels></project>"
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
        f"<meta>{content}</meta>\n"
    )


def _values(asked: Input) -> str:
    if asked.values is None:
        return ""
    lines = "\n".join(asked.values)
    return f"<default_value>{_xml(asked.default)}</default_value><values>{_xml(lines)}</values>"


def _image(number: int, sample: Sample, asked: Inputs) -> Iterator[str]:
    height, width = sample.size_hw
    yield _open(
        "image",
        {
            "id": number,
            "name": sample.file_name,
            **({"subset": sample.split} if sample.split else {}),
            "width": width,
            "height": height,
            OWN: json.dumps(image_beside(("file_name", "split"), sample), sort_keys=True),
        },
    )
    for each in sample.annotations:
        yield from _shape(each, asked[each.label or UNLABELLED])
    yield "</image>\n"


def _shape(each: Annotation, asked: Mapping[str, Input]) -> Iterator[str]:
    is_occluded = each.attributes.get(OCCLUDED) is True
    texts = {name: _spelt(value) for name, value in each.attributes.items()}
    held = {name: value_of(_clean(texts[name]), asked[name].kind) for name in texts}
    source = "auto" if each.predicted_iou is not None else "manual"
    tag, place = _box_fields(each.box_xywh) if each.rle is None else _mask_fields(each.rle)
    own = told_beside({"z": each.z, "attributes": held}, each)
    yield _open(
        tag,
        {
            "label": each.label or UNLABELLED,
            "source": source,
            OCCLUDED: int(is_occluded),
            **place,
            "z_order": each.z,
            OWN: json.dumps(own, sort_keys=True),
        },
    )
    for name in sorted(texts):
        if not (name == OCCLUDED and is_occluded):
            yield f'<attribute name="{_xml(name)}">{_xml(texts[name])}</attribute>\n'
    yield f"</{tag}>\n"


def _mask_fields(rle: RLE) -> tuple[str, dict[str, object]]:
    part, (x, y) = cut(rle)
    runs = ", ".join(map(str, row_runs(part)))
    return "mask", {"rle": runs, "left": x, "top": y, "width": part.shape[1], "height": len(part)}


def _box_fields(box: Box | None) -> tuple[str, dict[str, object]]:
    x, y, width, height = box or (0, 0, 0, 0)
    far = round(x + width, 4), round(y + height, 4)
    return "box", {"xtl": x, "ytl": y, "xbr": far[0], "ybr": far[1]}


def _open(tag: str, fields: Fields) -> str:
    told = "".join(f' {key}="{_xml(str(value))}"' for key, value in fields.items())
    return f"<{tag}{told}>\n"


def _xml(text: str) -> str:
    return html.escape(_clean(text)).translate(_BLANKS)


def _clean(text: str) -> str:
    """Replace what no XML can hold."""
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _spelt(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


CVAT: Final = Format(
    "cvat",
    "CVAT for images 1.1",
    ALL,
    RECORDS - {Trait.DEPTHS, Trait.ATTRIBUTES, Trait.SPLITS},
    write,
    read,
    is_in,
    tells_splits=True,
)
