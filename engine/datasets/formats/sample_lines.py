"""JSON lines: one for each image with all that is told of it, masks as RLE; images lie beside.

Each split has files of its own, so that nobody trains on what is held out. A line is read without
those before it: see engine.datasets.torch_dataset.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from typing import BinaryIO, Final
from urllib.parse import quote, unquote

from engine.canonical import canonical_json
from engine.datasets.bounds import box_of, size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, Out, Source
from engine.datasets.formats.fields import annotation_of, image_fields, object_fields, sample_of
from engine.datasets.formats.format import Format, Report
from engine.datasets.formats.label_list import (
    LABELS,
    listed,
    read_labels,
    united,
    write_labels,
)
from engine.datasets.formats.pictures import FOLDER, Pictures, split_in, write_images
from engine.datasets.json_lines import iter_objects
from engine.datasets.sample import NO_SIZE, Annotation, Dataset, Sample, unique_ids
from engine.datasets.traits import ALL, Trait
from engine.masks.counts import show
from engine.masks.validate import validate_rle

SHARD_BYTES: Final = 128 * 2**20  # where the next file begins: half of what is read from a zip
_NAME: Final = re.compile(r"samples(?:-(?P<split>.+))?-\d{6}\.jsonl")
_MAX_NAME: Final = 255  # bytes, on most file systems
_SHOWN: Final = 40  # letters of a name that is too long
_NATIVE: Final = ("label", "counts", "box")


def write(dataset: Dataset, out: Out) -> None:
    """Write `labels.json`, `samples-SPLIT-000000.jsonl` and so on, and `images/` where known."""
    write_labels(dataset, out)
    splits = {sample.split for sample in dataset.samples()}
    for split in sorted(splits, key=lambda each: each or ""):
        samples = (sample for sample in dataset.samples() if sample.split == split)
        _write_shards((line_of(sample) for sample in samples), split, out)
    if not splits:
        _write_shards(iter([b""]), None, out)  # so that it is told by its files all the same
    write_images(dataset, out)


def _write_shards(lines: Iterator[bytes], split: str | None, out: Out) -> None:
    line = next(lines, None)
    for shard in count():
        if line is None:
            return
        size = 0
        with out.file(name_of(split, shard)) as file:
            while line is not None and size < SHARD_BYTES:
                size += file.write(line)
                line = next(lines, None)


@contextmanager
def lines_by_split(out: FolderOut) -> Iterator[Callable[..., None]]:
    """Give what writes a sample's line, with more fields if there are any, as they come.

    A folder can hold a file of each split open at once, so that one pass is enough. The function
    raises DatasetError where a split's name is too long, and has written nothing then.
    """
    with ExitStack() as stack:
        files: dict[str | None, BinaryIO] = {}

        def write_line(sample: Sample, **more: object) -> None:
            if sample.split not in files:
                files[sample.split] = stack.enter_context(out.file(name_of(sample.split)))
            files[sample.split].write(line_of(sample, **more))

        yield write_line


def name_of(split: str | None, shard: int = 0) -> str:
    """Name a file of a split. No two splits share one, and none leads out of the folder.

    Raises:
        DatasetError: no file can have so long a name.

    """
    part = f"-{quote(split, safe='')}" if split else ""
    name = f"samples{part}-{shard:06}.jsonl"
    if len(name) > _MAX_NAME:
        raise DatasetError(f"the split's name is too long: {(split or '')[:_SHOWN]}…")
    return name


def split_of(name: str) -> str | None:
    """Return the split that a file is of."""
    found = _NAME.fullmatch(_bare(name))
    return unquote(found["split"]) if found and found["split"] else None


def line_of(sample: Sample, **more: object) -> bytes:
    """Return a line: all that is told but the split, which the file's name tells."""
    objects = [
        {"label": each.label, **object_fields(each)}
        | ({"counts": each.rle["counts"]} if each.rle else {"box": each.box_xywh})
        for each in sample.annotations
    ]
    told = image_fields(replace(sample, split=None))
    return canonical_json(told | more | {"objects": objects}) + b"\n"


def read(source: Source, report: Report) -> Dataset:
    """Read the lines of all splits, one at a time.

    Raises:
        DatasetError: a folder has no list of labels, or it is not one.

    """
    names = files_in(source.names)
    folders = folders_of(names) or [""]
    labels = {folder: read_labels(source, folder + LABELS) for folder in folders}
    pictures = Pictures(source)

    def samples() -> Iterator[Sample]:
        for name in names:
            folder = folder_of(name)
            known = {label.name for label in labels[folder]}
            split = split_of(name) or split_in(folder)
            with source.file(name) as file:
                for number, line in iter_objects(file):
                    report_here = partial(_report_line, report, name, number)
                    try:
                        sample = read_line(line, known, split, report_here)
                    except DatasetError as problem:  # of the image as a whole
                        report_here(problem)
                        continue
                    load_bytes = pictures.loader(image_of(folder, sample))
                    yield replace(sample, load_bytes=load_bytes)

    return Dataset(united(labels.values()), samples)


def read_line(
    line: Mapping[str, object], labels: Collection[str], split: str | None, report: Report
) -> Sample:
    """Read one image; what is wrong with its objects is reported.

    Raises:
        DatasetError: it is no image.

    """
    is_described_alone = (line.get("height"), line.get("width")) == NO_SIZE
    size_hw = NO_SIZE if is_described_alone else size_hw_of(line)
    sample = sample_of(line, str(line.get("file_name", "")), size_hw)
    annotations = []
    for place, each in enumerate(listed(line.get("objects"))):
        try:
            annotations.append(_object(each, labels, size_hw))
        except ValueError as error:
            report(DatasetError(str(error), field="objects", index=place))
    return replace(sample, split=split, annotations=unique_ids(annotations))


def _object(each: object, labels: Collection[str], size_hw: tuple[int, int]) -> Annotation:
    if not isinstance(each, dict):
        raise DatasetError("must be a JSON object")
    label = each.get("label")
    if not (label is None or (isinstance(label, str) and label in labels)):
        raise DatasetError(f"label {show(label)} is not in {LABELS}")
    if "box" in each:
        box = box_of(each["box"])
        return annotation_of(each, None, label, box_xywh=box, native=_NATIVE)
    rle = validate_rle({"size": size_hw, "counts": each.get("counts")}, size_hw)
    return annotation_of(each, rle, label, native=_NATIVE)


def image_of(folder: str, sample: Sample) -> str:
    """Return where an image lies."""
    return f"{folder}{FOLDER}/{sample.file_name}"


def files_in(names: Collection[str]) -> list[str]:
    """Return the files of all folders, in their order."""
    return [name for name in names if name.endswith(".jsonl") and _NAME.fullmatch(_bare(name))]


def folder_of(name: str) -> str:
    """Return the folder of a file as what its name begins with."""
    return name.removesuffix(_bare(name))


def folders_of(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(map(folder_of, names)))


def are_lines(names: Collection[str]) -> bool:
    """Tell by the names of files."""
    return any(folder + LABELS in names for folder in folders_of(files_in(names)))


def is_in(source: Source) -> bool:
    return are_lines(source.names)


def _bare(name: str) -> str:
    return name.rpartition("/")[2]


def _report_line(report: Report, file: str, number: int, problem: DatasetError) -> None:
    report(DatasetError(str(problem), file=file, index=number))


SAMPLE_LINES: Final = Format(
    "jsonl",
    "JSON lines",
    ALL,
    ALL - {Trait.SPLITS},  # it is our own; of splits the names of its files tell
    write,
    read,
    is_in,
    tells_splits=True,
)
