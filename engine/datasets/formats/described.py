"""What people said of images, in JSON lines: Localized Narratives, and rows as PixMo-Cap has them.

Formats: https://google.github.io/localized-narratives/ and Deitke et al. 2024 (arXiv:2409.17146),
as engine.datasets.localized_narratives and engine.datasets.descriptions write them. Texts come in
as captions, each image's together. Without the take's sound, where the pointer was and when which
word was said tell little: they are left out, and counted.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar
from urllib.parse import unquote, urlsplit

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import checked_list, checked_text, placed
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.pictures import FOLDER, Pictures
from engine.datasets.json_lines import iter_objects
from engine.datasets.naming import number_in, safe_name
from engine.datasets.sample import NO_SIZE, Dataset, Sample
from engine.datasets.texts_on_disk import TextsOnDisk

_SHA256_DIGITS: Final = 64
_LOOKED_AT: Final = 20  # files before others are taken for another format's
_NARRATIVE: Final = {"image_id", "annotator_id", "caption", "timed_caption"}
_PIXMO: Final = {"image_url", "caption", "transcripts"}


class _Said(NamedTuple):
    """What a line says of its image."""

    caption: str | None
    left_out: dict[str, int]  # in people's words


class _Named(NamedTuple):
    """How a line calls its image: by its contents, its number or its name."""

    file_name: str
    sha256: str | None = None
    number: int | None = None


Line: TypeAlias = Mapping[str, Any]
ReadLine: TypeAlias = Callable[[Line], _Said]
Name: TypeAlias = Callable[[Line], _Named]
Key = TypeVar("Key")


def _read(
    told_by: set[str], name: Name, read_line: ReadLine, source: Source, report: Report
) -> Dataset:
    """Read all lines, and keep their texts on the disk: those of an image need not lie together.

    Raises:
        DatasetError: there is no file of such lines.

    """
    files = [each for each in source.names if _has(told_by, source, each)]
    if not files:
        raise DatasetError(f"no JSON lines with {', '.join(sorted(told_by))} are there")
    said = TextsOnDisk()
    for file_name in files:
        for number, line in _lines(source, file_name, report):
            try:
                named, told = name(line), read_line(line)
            except ValueError as error:
                report(placed(error, file=file_name, index=number))
            else:
                said.add(json.dumps(named), json.dumps(told))
    return Dataset((), partial(_samples, said, Pictures(source), report))


def _is_in(told_by: set[str], source: Source) -> bool:
    names = (name for name in source.names if name.endswith(".jsonl"))
    return any(_has(told_by, source, name) for name in islice(names, _LOOKED_AT))


def _has(told_by: set[str], source: Source, name: str) -> bool:
    if not name.endswith(".jsonl"):
        return False
    try:
        with source.file(name) as file:
            first = next(iter_objects(file), None)
    except DatasetError:
        return False
    return first is not None and first[1].keys() >= told_by


def _lines(source: Source, name: str, report: Report) -> Iterator[tuple[int, Line]]:
    """Yield lines until one is none of JSON: what follows it may be anything."""
    try:
        with source.file(name) as file:
            yield from iter_objects(file)
    except DatasetError as error:
        report(DatasetError(error.fault, file=name, index=error.index))


def _samples(said: TextsOnDisk, pictures: Pictures, report: Report) -> Iterator[Sample]:
    by_stem = _alone(pictures.names, lambda name: PurePosixPath(name).stem)
    by_number = _alone(pictures.names, number_in)
    for key, texts in said:
        named = _Named(*json.loads(key))
        told = [_Said(*json.loads(text)) for text in texts]
        found = (
            pictures.find(named.file_name)
            or by_stem.get(named.file_name)
            or (None if named.number is None else by_number.get(named.number))
        )
        try:
            size_hw = pictures.size_of(found) if found else NO_SIZE
        except DatasetError as error:
            report(error)
            continue
        yield Sample(
            _called(found, named) if found else named.file_name,
            size_hw,
            captions=tuple(dict.fromkeys(one.caption for one in told if one.caption is not None)),
            sha256=named.sha256,
            load_bytes=pictures.loader(found) if found else None,
            number=None if found else named.number,
            left_out=sum((Counter(one.left_out) for one in told), Counter()),
        )


def _called(found: str, named: _Named) -> str:
    """Name an image as it was before our own export put it into a folder."""
    return found.removeprefix(f"{FOLDER}/") if named.sha256 else found


def _alone(names: Iterable[str], told: Callable[[str], Key]) -> dict[Key, str]:
    """Return pictures by what is told of them: none of which the same is told as of another."""
    found: dict[Key, list[str]] = {}
    for name in names:
        found.setdefault(told(name), []).append(name)
    return {key: alike[0] for key, alike in found.items() if len(alike) == 1}


def _named_by_id(line: Line) -> _Named:
    """Read a narrative's image: ours by its digest, COCO's by a number, others by a name."""
    image_id = checked_text(line.get("image_id"))
    if len(image_id) == _SHA256_DIGITS:
        return _Named(image_id, sha256=image_id)
    is_number = image_id.isascii() and image_id.isdigit()
    return _Named(safe_name(image_id), number=number_in(image_id) if is_number else None)


def _read_narrative(line: Line) -> _Said:
    has_trace = bool(checked_list(line.get("traces", []), "traces"))
    return _Said(checked_text(line.get("caption")), {"traces left out": int(has_trace)})


def _named_by_address(line: Line) -> _Named:
    """Read a row's image: the end of its address, or what our own rows tell beside it."""
    sha256 = line.get("image_sha256")
    url = urlsplit(checked_text(line.get("image_url")))
    path = unquote(url.path)
    file_name = line.get("file_name")
    if sha256 and url.scheme and isinstance(file_name, str):
        path = file_name  # an address of ours tells nothing of it
    name = path if sha256 else PurePosixPath(path).name
    return _Named(safe_name(name), checked_text(sha256) if sha256 else None)


def _read_row(line: Line) -> _Said:
    caption = line.get("caption")
    spoken = checked_list(line.get("transcripts"), "transcripts")
    masks = checked_list(line.get("masks", []), "masks")
    left_out = {"transcripts left out": len(spoken), "captions of masks left out": len(masks)}
    return _Said(None if caption is None else checked_text(caption), left_out)


LOCALIZED_NARRATIVES: Final = Reader(
    "localized_narratives",
    "Localized Narratives",
    partial(_read, _NARRATIVE, _named_by_id, _read_narrative),
    partial(_is_in, _NARRATIVE),
)
PIXMO_CAPTIONS: Final = Reader(
    "pixmo_captions",
    "Captions as PixMo-Cap has them",
    partial(_read, _PIXMO, _named_by_address, _read_row),
    partial(_is_in, _PIXMO),
)
