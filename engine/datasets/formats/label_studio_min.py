"""Label Studio's JSON-MIN: a task's data and what was marked in it side by side, without types.

Format: https://labelstud.io/guide/export#JSON-MIN. Regions are told by their fields and read as
those of full exports, with their places as ids. Texts and answers stand among the task's own data,
and are left.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import Fields, checked_fields
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.label_studio_read import (
    TaskReader,
    label_in,
    labels_offered,
    tasks_in,
)
from engine.datasets.formats.pictures import Pictures
from engine.datasets.formats.told_files import LIST, files_of, iter_told, unreported, until_broken
from engine.datasets.sample import Dataset, Sample, labels_of

_TOLD_BY: Final = {"id", "annotator"}
_LOOKED_AT: Final = 20  # files before others are taken for another format's
_SIZE: Final = ("original_width", "original_height", "image_rotation")
# What a region of a kind has that those before it have not.
_KINDS: Final = (
    ("brush", {"rle"}),
    ("polygon", {"points"}),
    ("ellipse", {"radiusX"}),
    ("rectangle", {"x", "height"}),
    ("keypoint", {"x", "width"}),
)


def read(source: Source, report: Report) -> Dataset:
    """Read all lists of tasks, each twice: first for the labels that it uses.

    Raises:
        DatasetError: there is none, or one stops being JSON.

    """
    files = files_of(source, _is_ours, report, LIST)
    if not files:
        raise DatasetError("no JSON-MIN list of Label Studio's tasks is there")
    pictures = Pictures(source)

    def samples() -> Iterator[Sample]:
        for name in files:
            for place, task in enumerate(until_broken(tasks_in(source, name), files, report)):
                try:
                    whole = _whole(checked_fields(task))
                    yield TaskReader(name, place, pictures, report).sample(whole)
                except ValueError as error:
                    report(DatasetError(str(error), file=name, field="task", index=place))

    tasks = chain.from_iterable(
        until_broken(tasks_in(source, name), files, unreported) for name in files
    )
    used = (label_in(each) for task in tasks if isinstance(task, dict) for each in _regions(task))
    names = [*labels_offered(source, report), *(label for label in used if label)]
    return Dataset(labels_of(names), samples)


def is_in(source: Source) -> bool:
    return next(iter_told(source, _is_ours, most=_LOOKED_AT), None) is not None


def _is_ours(source: Source, name: str) -> bool:
    first = next(tasks_in(source, name), None)
    return isinstance(first, dict) and first.keys() >= _TOLD_BY and "data" not in first


def _whole(task: Fields) -> Fields:
    """Return a task as a full export has it."""
    texts = {key: value for key, value in task.items() if isinstance(value, str)}
    origin = {"completed_by": task.get("annotator"), "result": list(_regions(task))}
    return {"data": texts, "annotations": [origin]}


def _regions(task: Fields) -> Iterator[Fields]:
    listed = [each for value in task.values() if isinstance(value, list) for each in value]
    for place, each in enumerate(listed):
        kind = _kind(each) if isinstance(each, dict) else None
        if isinstance(each, dict) and kind:
            typed = f"{kind}labels"
            sizes = {key: each[key] for key in _SIZE if key in each}
            value = {**each, typed: each.get(typed, each.get("labels", []))}
            yield {**sizes, "id": str(place), "type": typed, "value": value}


def _kind(region: Fields) -> str | None:
    return next((kind for kind, keys in _KINDS if region.keys() >= keys), None)


LABEL_STUDIO_MIN: Final = Reader("label_studio_min", "Label Studio JSON-MIN", read, is_in)
