"""Text files with one object in each line, beside an image each; KITTI and DOTA are such.

A line that is none is told by its number, and the others are read.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.format import Report
from engine.datasets.formats.pictures import Pictures
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of

MAX_LINES = 100_000  # of one image
ObjectOf: TypeAlias = Callable[[list[str], Counter[str]], Annotation | None]


@dataclass(frozen=True, slots=True)
class TextOfImage:
    """An image, the text that lists its objects if there is one, and what the image is called."""

    image: str
    text: str | None
    file_name: str
    split: str | None


def pairs_of(
    source: Source,
    folders: tuple[str, str],
    named: Callable[[str], tuple[str | None, str]],
) -> Iterator[TextOfImage]:
    """Yield all images of one folder, and texts of the other that have none.

    Args:
        source: what holds both.
        folders: of images and of texts, each a part of the path; the rest of it is the same.
        named: returns the split of a path and the name.

    """
    of_images, of_texts = folders
    texts = {key: name for name in source.names if (key := _key(name, of_texts)) and _is_text(name)}
    for name in Pictures(source).names:
        if key := _key(name, of_images):
            split, file_name = named(name)
            yield TextOfImage(name, texts.pop(key, None), file_name, split)
    for name in texts.values():
        image = "/".join(of_images if part == of_texts else part for part in name.split("/"))
        split, file_name = named(image)
        yield TextOfImage(image, name, file_name, split)


def read_pairs(
    source: Source,
    pairs: list[TextOfImage],
    object_of: ObjectOf,
    report: Report,
) -> Dataset:
    """Read images with their objects.

    Args:
        source: what holds them.
        pairs: which.
        object_of: reads the words of a line, and counts what has no place, in people's words;
            None if that tells of no object. Raises ValueError.
        report: takes what is left out.

    """
    pictures = Pictures(source)

    def samples() -> Iterator[Sample]:
        for pair in pairs:
            try:
                yield _sample(source, pictures, pair, object_of, report)
            except DatasetError as problem:  # of the image as a whole
                report(problem)

    found = (
        each for pair in pairs for each in _objects(source, pair, object_of, Counter(), _pass_over)
    )
    return Dataset(labels_of(sorted({each.label for each in found if each.label})), samples)


def _pass_over(_: DatasetError) -> None:
    """Labels are found before the images are read: what is wrong is told then."""


def _sample(
    source: Source,
    pictures: Pictures,
    pair: TextOfImage,
    object_of: ObjectOf,
    report: Report,
) -> Sample:
    try:
        size_hw = pictures.size_of(pair.image)
    except DatasetError as problem:
        if pictures.find(pair.image) or not pair.text:
            raise
        raise DatasetError(problem.fault, file=pair.text) from None
    left_out: Counter[str] = Counter()
    return Sample(
        pair.file_name,
        size_hw,
        tuple(_objects(source, pair, object_of, left_out, report)),
        split=pair.split,
        load_bytes=pictures.loader(pair.image),
        left_out=dict(+left_out),
    )


def _objects(
    source: Source,
    pair: TextOfImage,
    object_of: ObjectOf,
    left_out: Counter[str],
    report: Report,
) -> Iterator[Annotation]:
    try:
        data = source.read(pair.text) if pair.text else b""
    except DatasetError as problem:
        report(problem)
        return
    for number, words in words_of_lines(data, pair.text or "", report):
        try:
            found = object_of(words, left_out)
        except ValueError as error:
            report(DatasetError(str(error), file=pair.text or "", index=number))
            continue
        if found:
            yield found


def words_of_lines(data: bytes, file: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    """Yield the words of each line that has any, with its number; tell where lines are cut off."""
    lines = data.decode("utf-8-sig", errors="replace").splitlines()
    for number, line in enumerate(lines[:MAX_LINES], start=1):
        if words := line.split():
            yield number, words
    if len(lines) > MAX_LINES:
        fault = f"lines from here on are not read: no image has over {MAX_LINES} objects"
        report(DatasetError(fault, file=file, index=MAX_LINES + 1))


def _key(name: str, folder: str) -> str | None:
    """Return a path without the folder and the ending; None if it does not lie there."""
    parts = name.rpartition(".")[0].split("/")
    if folder not in parts[:-1]:
        return None
    at = parts.index(folder)
    return "/".join([*parts[:at], *parts[at + 1 :]])


def _is_text(name: str) -> bool:
    return name.endswith(".txt")
