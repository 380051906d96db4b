"""Read Label Studio's lists of tasks: what people marked, what models predict, what was said of it.

Brushes, bitmasks, polygons, ellipses and boxes are read; turned boxes become those around them, and
larger ones are counted. A region's texts and answers are results of the same id beside it; those
that are of no kind that is read are counted. Of several labels further ones become attributes.
"""

import re
from base64 import b64decode
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats import label_studio_rle as brush
from engine.datasets.formats.checked import checked_fields, checked_text, label_of
from engine.datasets.formats.format import Report
from engine.datasets.formats.label_studio_people import listed, model_of, origin_of, remarks_on
from engine.datasets.formats.own_fields import own_of, read_image, read_object
from engine.datasets.formats.pictures import Pictures, is_image
from engine.datasets.formats.shapes import (
    TURNS,
    Size,
    box_around,
    ellipse,
    grows,
    number,
    pasted,
    points,
    polygon,
    size,
    turned,
)
from engine.datasets.formats.told_files import LIST, files_of, iter_told, unreported, until_broken
from engine.datasets.json_stream import iter_list
from engine.datasets.sample import (
    Annotation,
    Box,
    Dataset,
    Prediction,
    Sample,
    labels_of,
    related,
)
from engine.datasets.xml_elements import Element, read_root
from engine.masks.rle import RLE
from engine.media.bitmaps import read_bitmap

CONFIG: Final = "label_config.xml"  # a project's labelling interface
Result: TypeAlias = dict[str, Any]  # one entry of an annotation's `result`, or what holds these
_SHAPES: Final = ("brush", "bitmask", "polygon", "ellipse", "rectangle")
_CONTROLS: Final = ("labels", *(f"{each}labels" for each in _SHAPES))  # of an interface
_ANSWERS: Final = ("choices", "number", "rating")
_BESIDE: Final = ("textarea", "labels", *_ANSWERS)
OTHER_ANSWERS: Final = "answers about objects left out"  # how many, in people's words
_UPLOADS: Final = "data/upload/"
_DIGEST: Final = 9  # characters that uploads have in front, with a dash
_UPLOADED: Final = re.compile(r"^[0-9a-f]{8}-(?=.)")


def read(source: Source, report: Report) -> Dataset:
    """Read all lists of tasks, each twice: first for the labels that it uses.

    Those that a project's interface offers come first, also where nothing has them.

    Raises:
        DatasetError: there is none, or one stops being JSON.

    """
    files = files_of(source, _is_ours, report, LIST)
    if not files:
        raise DatasetError("no JSON list of Label Studio's tasks is there")
    tasks = chain.from_iterable(
        until_broken(tasks_in(source, name), files, unreported) for name in files
    )
    used = (label_in(result) for task in tasks for _, result in _all_results(task))
    names = [*labels_offered(source, report), *(label for label in used if label)]
    pictures = Pictures(source)

    def samples() -> Iterator[Sample]:
        for name in files:
            for place, task in enumerate(until_broken(tasks_in(source, name), files, report)):
                try:
                    yield TaskReader(name, place, pictures, report).sample(checked_fields(task))
                except ValueError as error:
                    report(DatasetError(str(error), file=name, field="task", index=place))

    return Dataset(labels_of(names), samples)


def is_in(source: Source) -> bool:
    return next(iter_told(source, _is_ours), None) is not None


def _is_ours(source: Source, name: str) -> bool:
    first = next(tasks_in(source, name), None)
    keys = first.keys() if isinstance(first, dict) else set()
    return "data" in keys and bool(keys & {"annotations", "completions", "predictions"})


def tasks_in(source: Source, name: str) -> Iterator[object]:
    with source.file(name) as file:
        yield from iter_list(file, name)


def labels_offered(source: Source, report: Report) -> Iterator[str]:
    """Yield the labels of the interfaces that lie beside the tasks; one that is broken is told."""
    for name in source.names:
        if name.rpartition("/")[2] != CONFIG:
            continue
        try:
            root = read_root(source.read(name), name)
        except DatasetError as error:
            report(error)
            continue
        controls = (each for each in root.iter() if each.tag.lower() in _CONTROLS)
        for each in chain.from_iterable(controls):
            with suppress(ValueError):
                if each.tag.lower() == "label" and (label := label_of(_shown(each))):
                    yield label


def _shown(label: Element) -> str | None:
    """Return the name by which results have a label of an interface."""
    return label.get("alias") or label.get("value")


def _all_results(task: object) -> Iterator[tuple[Result, Result]]:
    whole: Result = task if isinstance(task, dict) else {}
    yield from _results(whole)
    for prediction in listed(whole.get("predictions")):
        yield from _results_of(prediction)


def _results(task: Result) -> Iterator[tuple[Result, Result]]:
    """Yield what people marked, each with whose it is.

    Of several people's all counts, unless one's is said to be the truth.
    """
    made = listed(task.get("annotations", task.get("completions")))
    given = [each for each in made if not each.get("was_cancelled")]
    truth = [each for each in given if each.get("ground_truth")]
    for origin in truth or given:
        yield from _results_of(origin)


def _results_of(origin: Result) -> Iterator[tuple[Result, Result]]:
    for result in listed(origin.get("result")):
        yield origin, result


def label_in(result: Result) -> str | None:
    """Return the first label that a region has, None if it has none that is text."""
    return next(_labels_in(result), None)


def _labels_in(result: Result) -> Iterator[str]:
    """Yield the labels that a region has, but for what is no text."""
    value, kind = result.get("value"), result.get("type")
    is_region = _kind(result) in _SHAPES or kind == "labels"
    labels = value.get(kind) if is_region and isinstance(value, dict) else None
    for each in labels if isinstance(labels, list) else ():
        with suppress(ValueError):
            if label := label_of(each):
                yield label


def _kind(result: Result) -> str:
    return str(result.get("type")).removesuffix("labels")


@dataclass(frozen=True, slots=True)
class TaskReader:
    """The reading of one task."""

    file: str
    place: int
    pictures: Pictures
    report: Report
    left_out: Counter[str] = field(default_factory=Counter)  # in people's words

    def sample(self, task: Result) -> Sample:
        data = checked_fields(task.get("data"))
        path, split = _path_in(data), data.get("split")
        results = list(_results(task))
        size_hw = self._size(data, [result for _, result in _all_results(task)], path)
        annotations, captions = self._content(results, size_hw, f"task[{self.place}].result")
        predictions = tuple(self._predictions(task, size_hw))
        own = own_of(data)
        # An address tells nothing of the name that an export of ours has for its image.
        named = path if own is None else checked_text(own.get("file_name", path))
        names = (path, path.rpartition("/")[2][_DIGEST:], named)
        found = (self.pictures.loader(each) for each in names)
        return replace(
            read_image(own, path, size_hw, split if isinstance(split, str) else None),
            annotations=annotations,
            captions=tuple(captions),
            predictions=predictions,
            remarks=tuple(remarks_on(task)),
            load_bytes=next((each for each in found if each), None),
            other_names=_other_names(named),
            left_out=dict(+self.left_out),
        )

    def _size(self, data: Result, results: list[Result], path: str) -> Size:
        for result in results:
            if "original_height" in result:
                return size(result["original_height"], result.get("original_width"))
        if "height" in data:
            return size(data["height"], data.get("width"))
        return self.pictures.size_of(path)

    def _predictions(self, task: Result, size_hw: Size) -> Iterator[Prediction]:
        for index, each in enumerate(listed(task.get("predictions"))):
            field = f"task[{self.place}].predictions[{index}].result"
            annotations, captions = self._content(list(_results_of(each)), size_hw, field)
            if captions:
                fault = "what a model says of the whole image is not read"
                self.report(DatasetError(fault, file=self.file, field=field))
            if annotations:
                yield Prediction(model_of(each), annotations)

    def _content(
        self, results: list[tuple[Result, Result]], size_hw: Size, field: str
    ) -> tuple[tuple[Annotation, ...], list[str]]:
        """Return objects and captions: texts that are not an object's."""
        beside: defaultdict[str, list[Result]] = defaultdict(list)
        for _, result in results:
            if _kind(result) not in _SHAPES:
                beside[str(result.get("id"))].append(result)
        shapes = {str(result.get("id")) for _, result in results if _kind(result) in _SHAPES}
        found: list[Annotation] = []
        captions: list[str] = []
        for index, (origin, result) in enumerate(results):
            identity = str(result.get("id"))
            try:
                if _kind(result) in _SHAPES:
                    found.append(_annotation(origin, result, beside[identity], size_hw))
                    if _kind(result) == "rectangle":
                        self.left_out[TURNS] += grows(number(result["value"].get("rotation") or 0))
                elif identity not in shapes:
                    captions += _texts(result)
                else:
                    self.left_out[OTHER_ANSWERS] += result.get("type") not in _BESIDE
            except ValueError as error:
                self.report(DatasetError(str(error), file=self.file, field=field, index=index))
        return related(found), captions


def _path_in(data: Result) -> str:
    """Find the image's path in the address that a task gives."""
    texts = [value for value in data.values() if isinstance(value, str)]
    first = next((each for each in texts if is_image(urlsplit(each).path)), None)
    url = data["image"] if isinstance(data.get("image"), str) else first
    if url is None or url.startswith("data:"):
        raise ValueError("names no image")
    parts = urlsplit(url)
    path = checked_text(parse_qs(parts.query).get("d", [unquote(parts.path)])[0]).lstrip("/")
    return path.rpartition("/")[2] if path.startswith(_UPLOADS) else path


def _other_names(path: str) -> tuple[str, ...]:
    """Return the ends of a path, and its name as it was before it was uploaded there."""
    parts = path.split("/")
    ends = ["/".join(parts[place:]) for place in range(len(parts))]
    return tuple(dict.fromkeys([*ends, _UPLOADED.sub("", parts[-1])]))


def _annotation(origin: Result, result: Result, beside: list[Result], size_hw: Size) -> Annotation:
    if result.get("image_rotation"):
        raise ValueError("is drawn on a turned image")
    meta, score = result.get("meta"), result.get("score", origin.get("score"))
    own = own_of(meta) if isinstance(meta, dict) else None
    captions = [each for one in beside if one.get("type") == "textarea" for each in _texts(one)]
    parent = result.get("parentID")
    named = (label for each in (result, *beside) for label in _labels_in(each))
    label, *others = dict.fromkeys(named) or [None]
    answers = dict(_answer(each) for each in beside if each.get("type") in _ANSWERS)
    native = {
        "id": checked_text(result.get("id", "")),
        "parent": None if parent is None else checked_text(parent),
        "caption": "\n".join(captions) or None,
        "attributes": dict.fromkeys(others, True) | answers,
        "predicted_iou": None if score is None else number(score),
        "extra": origin_of(origin, result),
    }
    rle, box = _drawn(result, size_hw)
    return read_object(own, native, rle, label, box)


def _texts(result: Result) -> list[str]:
    if result.get("type") != "textarea":
        raise ValueError(f"{str(result.get('type'))[:20]} is not read")
    texts = checked_fields(result.get("value")).get("text")
    return (
        [checked_text(each) for each in texts] if isinstance(texts, list) else [checked_text(texts)]
    )


def _answer(result: Result) -> tuple[str, object]:
    value = checked_fields(result.get("value")).get(str(result.get("type")))
    answer = ", ".join(map(checked_text, value)) if isinstance(value, list) else value
    return checked_text(result.get("from_name")), answer


def _drawn(result: Result, size_hw: Size) -> tuple[RLE | None, Box | None]:
    value, kind = checked_fields(result.get("value")), _kind(result)
    if kind == "rectangle":
        x, y = _pixels([(value.get("x"), value.get("y"))], size_hw)[0]
        width, height = _pixels([(value.get("width"), value.get("height"))], size_hw)[0]
        box = box_around([(x, y), (x + width, y + height)])
        degrees = number(value.get("rotation") or 0)
        return None, turned(box, degrees, (x, y)) if degrees else box
    if kind == "polygon":
        return polygon(_pixels(value.get("points"), size_hw), size_hw), None
    if kind == "ellipse":
        centre, radii = _pixels(
            [(value.get("x"), value.get("y")), (value.get("radiusX"), value.get("radiusY"))],
            size_hw,
        )
        return ellipse(centre, radii, number(value.get("rotation") or 0), size_hw), None
    if kind == "bitmask":
        png = b64decode(checked_text(value.get("imageDataURL")).partition(",")[2])
        mask = read_bitmap(png, max_pixels=size_hw[0] * size_hw[1])
    else:
        packed = value.get("rle")
        if not isinstance(packed, list) or not all(type(each) is int for each in packed):
            raise ValueError("rle must be a list of bytes")
        mask = brush.unpack(bytes(packed), size_hw)
    if mask.shape != size_hw:
        raise ValueError("mask has not the image's size")
    return pasted(mask, (0, 0), size_hw), None


def _pixels(percents: object, size_hw: Size) -> list[tuple[float, float]]:
    height, width = size_hw
    return [(x * width / 100, y * height / 100) for x, y in points(percents)]
