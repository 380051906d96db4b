"""Read CVAT for images 1.1: masks, polygons, ellipses and boxes of tasks, jobs and projects.

These list their labels in different places. A subset is a split: projects say it of each image,
tasks and jobs of all theirs. Turned boxes become those around them; the larger are counted, and so
are names of tasks, which have no place here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import label_of
from engine.datasets.formats.cvat_attributes import (
    Declarations,
    declared,
    definitions,
    value_of,
)
from engine.datasets.formats.cvat_people import Origin, origins_in
from engine.datasets.formats.format import Report
from engine.datasets.formats.own_fields import OWN, Fields, read_image, read_object
from engine.datasets.formats.pictures import FOLDER, Pictures
from engine.datasets.formats.shapes import (
    TURNS,
    Size,
    box_around,
    check_piece,
    ellipse,
    from_row_runs,
    grows,
    pasted,
    polygon,
    size,
    turned,
    whole,
)
from engine.datasets.formats.told_files import (
    ELEMENT,
    files_of,
    iter_told,
    unreported,
    until_broken,
)
from engine.datasets.json_bounds import loads
from engine.datasets.sample import Annotation, Box, Dataset, Sample, labels_of
from engine.datasets.xml_elements import Element, iter_children
from engine.masks.rle import RLE
from engine.masks.validate import MAX_RUNS

DEFAULT_SUBSET: Final = "default"  # CVAT's name of none
OCCLUDED: Final = "occluded"
TASK_NAMES: Final = "names of tasks left out"  # how many, in people's words
_LOOKED_AT: Final = 20  # XML files before others are taken for another format's


def read(source: Source, report: Report) -> Dataset:
    """Read all files of an export, each twice: first for the labels that it uses.

    Raises:
        DatasetError: a file is not XML, or there is none.

    """
    files = files_of(source, _is_ours, report, ELEMENT, ".xml")
    if not files:
        raise DatasetError("no XML file of CVAT is there, whose root is `annotations`")
    attributes = _declared(
        chain.from_iterable(
            until_broken(_children(source, name), files, unreported) for name in files
        )
    )
    pictures = Pictures(source)

    def samples() -> Iterator[Sample]:
        seen: set[str] = set()
        for name in files:
            reader = _Reader(source, name, attributes, pictures, report)
            for sample in until_broken(reader.samples(), files, report):
                # Images of two tasks may share a name; their subsets tell them apart.
                again = sample.file_name in seen and sample.split
                file_name = f"{sample.split}/{sample.file_name}" if again else sample.file_name
                seen.add(file_name)
                yield replace(sample, file_name=file_name)

    labels = tuple(
        replace(each, extra=definitions(attributes[each.name]))
        for each in labels_of(label for label in attributes if label)
    )
    return Dataset(labels, samples)


def _declared(children: Iterable[Element]) -> Declarations:
    """Find all labels, also those that no list has, with what is declared of their attributes."""
    found: Declarations = {}
    for child in children:
        if child.tag == "meta":
            for label, attributes in declared(child).items():  # of several tasks the first tells
                found[label] = attributes | found.get(label, {})
        for shape in child if child.tag == "image" else ():
            found.setdefault(shape.get("label", ""), {})
    return found


def is_in(source: Source) -> bool:
    return next(iter_told(source, _is_ours, ".xml", _LOOKED_AT), None) is not None


def _is_ours(source: Source, name: str) -> bool:
    return next(_children(source, name)).tag == "annotations"


def _children(source: Source, name: str) -> Iterator[Element]:
    with source.file(name) as file:
        yield from iter_children(file, name)


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Source
    name: str
    declared: Declarations
    pictures: Pictures
    report: Report

    def samples(self) -> Iterator[Sample]:
        place = 0
        origins: dict[str, Origin] = {}
        names, subset = 0, None  # not told yet, and of all images
        for child in _children(self.source, self.name):
            if child.tag == "meta":
                origins |= origins_in(child)
                names, subset = names + _names_in(child), _subset_in(child)
            if child.tag == "track":
                self._report("tracks of videos are not read: export images", "track", None)
            if child.tag != "image":
                continue
            try:
                origin = origins.get(child.get("task_id", ""), origins.get("", {}))
                sample = self._sample(child, f"image[{place}]", origin, subset)
                if names and OWN not in child.attrib:  # ours are called as their versions
                    sample = replace(sample, left_out={**sample.left_out, TASK_NAMES: names})
                    names = 0
                yield sample
            except ValueError as error:
                self._report(str(error), "image", place)
            place += 1

    def _report(self, fault: str, field: str, index: int | None) -> None:
        self.report(DatasetError(fault, file=self.name, field=field, index=index))

    def _sample(self, image: Element, field: str, origin: Origin, of_all: str | None) -> Sample:
        name, subset = image.get("name", ""), image.get("subset")
        told = subset or of_all
        split = None if told == DEFAULT_SUBSET else told or None
        size_hw = size(*(_whole(image, side) for side in ("height", "width")))
        annotations = []
        turns = 0
        for place, shape in enumerate(image):
            try:
                annotations.append(self._annotation(shape, size_hw, origin))
                turns += shape.tag == "box" and grows(_float(shape, "rotation", "0"))
            except ValueError as error:
                self._report(str(error), f"{field}.{shape.tag}", place)
        return replace(
            read_image(_own(image), name, size_hw, split),
            annotations=tuple(annotations),
            split=split,
            load_bytes=self.pictures.loader(place_of(subset, name)),
            left_out={TURNS: turns} if turns else {},
        )

    def _annotation(self, shape: Element, size_hw: Size, origin: Origin) -> Annotation:
        label = shape.get("label", "")
        known = self.declared.get(label, {})
        attributes = {
            name: value_of(each.text or "", known[name].input_type if name in known else None)
            for each in shape.iter("attribute")
            for name in [each.get("name", "")]
        }
        if shape.get(OCCLUDED) == "1":
            attributes[OCCLUDED] = True
        native = {
            "z": _whole(shape, "z_order", "0"),
            "attributes": attributes,
            "extra": {
                **origin,
                **{key: shape.attrib[key] for key in ("source", "group_id") if shape.get(key)},
            },
        }
        rle, box = _drawn(shape, size_hw)
        return read_object(_own(shape), native, rle, label_of(label), box)


def _names_in(meta: Element) -> int:
    """Count the names of tasks that tell more than their subset, which comes in as a split."""
    told = (
        [(task.findtext(key) or "").strip() for key in ("name", "subset")]
        for task in meta.iter("task")
    )
    return sum(name != "" and name.casefold() != subset.casefold() for name, subset in told)


def _subset_in(meta: Element) -> str | None:
    """Return the subset of the one task or job that a file is; a project has one for each image."""
    whole = (each.findtext("subset", "").strip() for each in meta if each.tag in {"task", "job"})
    return next(whole, None)


def _own(element: Element) -> Fields | None:
    if OWN not in element.attrib:
        return None
    try:
        own = loads(element.attrib[OWN])
    except (ValueError, RecursionError):
        raise ValueError(f"{OWN} is not JSON") from None
    return own if isinstance(own, dict) else None


def _drawn(shape: Element, size_hw: Size) -> tuple[RLE | None, Box | None]:
    if shape.tag == "mask":
        return _mask(shape, size_hw), None
    if shape.tag == "polygon":
        pairs = [pair.split(",") for pair in shape.get("points", "").split(";")]
        return polygon([[float(x) for x in pair] for pair in pairs], size_hw), None
    if shape.tag == "box":
        left, top, right, bottom = (_float(shape, key) for key in ("xtl", "ytl", "xbr", "ybr"))
        box = box_around([[left, top], [right, bottom]])
        degrees = _float(shape, "rotation", "0")
        centre = (left + right) / 2, (top + bottom) / 2
        return None, turned(box, degrees, centre) if degrees else box
    if shape.tag == "ellipse":
        x, y, radius_x, radius_y = (_float(shape, key) for key in ("cx", "cy", "rx", "ry"))
        degrees = _float(shape, "rotation", "0")
        return ellipse((x, y), (radius_x, radius_y), degrees, size_hw), None
    raise ValueError("is neither a mask, a polygon, an ellipse nor a box")


def _mask(shape: Element, size_hw: Size) -> RLE:
    x, y, width, height = (_whole(shape, key) for key in ("left", "top", "width", "height"))
    check_piece((height, width), (x, y), size_hw)
    words = shape.get("rle", "").split(",")
    if len(words) > MAX_RUNS:
        raise ValueError(f"mask has {len(words)} runs; at most {MAX_RUNS} are read")
    part = from_row_runs([int(word) for word in words], (height, width))
    return pasted(part, (x, y), size_hw)


def _float(element: Element, key: str, default: str = "") -> float:
    try:
        return float(element.get(key, default))
    except ValueError:
        raise ValueError(f"{key} must be a number") from None


def _whole(element: Element, key: str, default: str = "") -> int:
    return whole(_float(element, key, default))


def place_of(subset: str | None, name: str) -> str:
    """Return where an image lies."""
    return "/".join(part for part in (FOLDER, subset, name) if part)
