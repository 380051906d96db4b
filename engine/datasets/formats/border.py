"""What comes out of every reader, whatever it lets through: sizes, boxes and text that are some.

Nothing is a part of itself. What is wrong a reader tells by its place in a file; what gets past it
is found here, and told by the image's name. So the copy that `engine.datasets.open` makes takes
all that any reader yields.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, TypeAlias

from engine.datasets.bounds import box_of, clipped, size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import NO_TEXT
from engine.datasets.formats.fields import json_of, values_of
from engine.datasets.parents import circular
from engine.datasets.sample import (
    NO_SIZE,
    Annotation,
    Box,
    Dataset,
    Label,
    Prediction,
    Remark,
    Sample,
)

Report: TypeAlias = Callable[[DatasetError], None]  # of what cannot be used and is left out
CUT: Final = "parts of boxes beyond the image left out"  # how many, in people's words
Read: TypeAlias = Callable[[Source, Report], Dataset]


@dataclass(frozen=True, slots=True)
class SoundRead:
    """A format's reading, and the checks of what comes out of it."""

    read: Read

    def __call__(self, source: Source, report: Report) -> Dataset:
        """Read a dataset, as the format does. What is not to be read of its files is told once."""
        for problem in source.refused:
            report(problem)
        told = {(each.file, each.fault) for each in source.refused}

        def report_once(problem: DatasetError) -> None:
            if (problem.file, problem.fault) not in told:
                report(problem)

        dataset = self.read(source, report_once)

        def samples() -> Iterator[Sample]:
            for sample in dataset.samples():
                try:
                    checked = _sized(sample, report)
                except DatasetError as problem:  # of the image as a whole
                    report_once(problem)
                else:
                    yield _straight(_plain_sample(checked), report)

        return replace(dataset, labels=_plain_labels(dataset.labels), samples=samples)


@cache
def sound(read: Read) -> Read:
    """Return the same for the same, as formats that share a reading are told by it."""
    return read if isinstance(read, SoundRead) else SoundRead(read)


def _sized(sample: Sample, report: Report) -> Sample:
    """Return an image with the boxes that lie on it, or the parts of them that do.

    Raises:
        DatasetError: it has no size that an image has.

    """
    if sample.size_hw != NO_SIZE:
        try:
            size_hw_of(dict(zip(("height", "width"), sample.size_hw, strict=True)))
        except DatasetError as error:
            raise DatasetError(error.fault, file=sample.file_name) from None
    if all(each.rle is not None for each in _all_objects(sample)):
        return sample
    cut: Counter[str] = Counter()

    def boxed(field: str, found: Iterable[Annotation]) -> Iterator[Annotation]:
        for index, each in enumerate(found):
            try:
                box = None if each.rle else _box(each, sample.size_hw)
            except DatasetError as error:
                report(DatasetError(error.fault, file=sample.file_name, field=field, index=index))
                continue
            cut[CUT] += box is not None and box != each.box_xywh
            yield each if box == each.box_xywh else replace(each, box_xywh=box)

    checked = replace(
        sample,
        annotations=tuple(boxed("objects", sample.annotations)),
        predictions=tuple(
            replace(each, annotations=tuple(boxed("proposals", each.annotations)))
            for each in sample.predictions
        ),
    )
    return replace(checked, left_out={**sample.left_out, **cut}) if +cut else checked


def _all_objects(sample: Sample) -> Iterator[Annotation]:
    yield from sample.annotations
    for each in sample.predictions:
        yield from each.annotations


def _box(each: Annotation, size_hw: tuple[int, int]) -> Box:
    box = box_of(each.box_xywh)
    return box if size_hw == NO_SIZE else clipped(box, size_hw)


def _straight(sample: Sample, report: Report) -> Sample:
    """Return an image on which nothing is, over its parents and theirs, a part of itself."""
    parents = {each.id: each.parent for each in sample.annotations if each.id and each.parent}
    in_circles = circular(parents)
    if not in_circles:
        return sample
    for each in sample.annotations:
        if each.parent and each.id in in_circles:
            fault = f"mask {each.id} is a part of itself"
            report(DatasetError(fault, file=sample.file_name))
    annotations = (
        replace(each, parent=None) if each.id in in_circles else each for each in sample.annotations
    )
    return replace(sample, annotations=tuple(annotations))


def _plain(text: str) -> str:
    """Leave out what is no text, as the server does."""
    return NO_TEXT.sub("", text)


def _plain_labels(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    unique: dict[str, Label] = {}
    for each in labels:
        if name := _plain(each.name):
            unique.setdefault(name, replace(each, name=name, extra=json_of(dict(each.extra))))
    return tuple(unique.values())


def _plain_sample(sample: Sample) -> Sample:
    return replace(
        sample,
        file_name=NO_TEXT.sub("_", sample.file_name),
        annotations=tuple(map(_plain_object, sample.annotations)),
        captions=tuple(filter(None, map(_plain, sample.captions))),
        split=_plain(sample.split or "") or None,
        group=_plain_or_none(sample.group),
        sha256=_plain_or_none(sample.sha256),
        predictions=tuple(
            Prediction(_plain(each.model), tuple(map(_plain_object, each.annotations)))
            for each in sample.predictions
        ),
        remarks=tuple(
            Remark(_plain(each.text), _plain(each.by), each.is_resolved) for each in sample.remarks
        ),
        other_names=tuple(map(_plain, sample.other_names)),
    )


def _plain_object(each: Annotation) -> Annotation:
    if each.attributes or each.extra:
        attributes, extra = values_of(dict(each.attributes)), json_of(dict(each.extra))
        each = replace(each, attributes=attributes, extra=extra)
    texts = each.label or "", each.id, each.parent or "", each.caption or ""
    if not NO_TEXT.search("".join(texts)):
        return each
    label, identity, parent, caption = map(_plain, texts)
    return replace(
        each, label=label or None, id=identity, parent=parent or None, caption=caption or None
    )


def _plain_or_none(text: str | None) -> str | None:
    return None if text is None else _plain(text)
