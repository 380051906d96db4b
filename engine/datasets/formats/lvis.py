"""LVIS: COCO with a vocabulary of its own, and images that are named by where they come from.

Format: https://www.lvisdataset.org/dataset. Both ways lead through COCO, element by element.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import BinaryIO, Final, cast

from engine.canonical import canonical_json
from engine.datasets.errors import DatasetError
from engine.datasets.files import MAX_TEXT_BYTES, Out, Source
from engine.datasets.formats.coco import COCO, UNLABELLED_ID, is_coco
from engine.datasets.formats.format import Format, Report
from engine.datasets.formats.pictures import FOLDER
from engine.datasets.formats.told_files import OBJECT, is_other
from engine.datasets.json_stream import Element, iter_elements
from engine.datasets.sample import UNLABELLED, Dataset
from engine.datasets.traits import ALL, RECORDS

FILE: Final = "lvis_v1.json"
RARE, COMMON = 10, 100  # images that have a rare class at most, and a common one
_PEEKED_BYTES: Final = 2**20
_TOLD_BY: Final = b'"not_exhaustive_category_ids"'  # of images


def write(dataset: Dataset, out: Out) -> None:
    """Write `lvis_v1.json` and, where their bytes are known, `images/`."""
    COCO.write(dataset, _FromCOCO(dataset, out))


class _FromCOCO:
    """Takes what COCO writes and writes it as LVIS."""

    def __init__(self, dataset: Dataset, out: Out) -> None:
        self._dataset = dataset
        self._out = out

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        if not name.endswith(".json"):
            with self._out.file(name) as file:
                yield file
            return
        with TemporaryFile() as coco:
            yield cast("BinaryIO", coco)
            coco.seek(0)
            elements = iter_elements(cast("BinaryIO", coco), name)
            with self._out.file(FILE) as file:
                file.writelines(_json(_lvis(elements, self._dataset)))


def _lvis(elements: Iterable[Element], dataset: Dataset) -> Iterator[Element]:
    """Number classes from 1 without gaps, as LVIS' readers want them, unlabelled objects last."""
    numbers = {name: number for number, name in enumerate(dataset.classes(), start=1)}
    ids = {label.id: numbers[label.name] for label in dataset.labels}
    ids[UNLABELLED_ID] = numbers[UNLABELLED]
    for each in elements:
        fields = each.value if isinstance(each.value, dict) else {}
        if each.key == "images":
            fields["coco_url"] = f"{FOLDER}/{fields.pop('file_name')}"
            fields |= {"neg_category_ids": [], "not_exhaustive_category_ids": []}
        elif each.key == "annotations":
            fields["category_id"] = ids[fields["category_id"]]
        elif each.key == "categories":
            continue
        yield each
    for place, category in enumerate(_categories(dataset, numbers)):
        yield Element("categories", place, category)


def _categories(dataset: Dataset, numbers: dict[str, int]) -> Iterator[dict[str, object]]:
    instances: Counter[str] = Counter()
    images: Counter[str] = Counter()
    for sample in dataset.samples():
        labels = [each.label or UNLABELLED for each in sample.annotations]
        instances.update(labels)
        images.update(set(labels))
    extras = {label.name: label.extra for label in dataset.labels}
    for name, number in numbers.items():
        if name in extras or instances[name]:
            yield {
                "synset": "",
                "def": "",
                "synonyms": [name],
                **extras.get(name, {}),
                "id": number,
                "name": name,
                "frequency": _frequency(images[name]),
                "image_count": images[name],
                "instance_count": instances[name],
            }


def _frequency(images: int) -> str:
    return "r" if images <= RARE else "c" if images <= COMMON else "f"


def read(source: Source, report: Report) -> Dataset:
    """Read LVIS' files as COCO's; which classes an image surely lacks is not kept."""
    return COCO.read(_AsCOCO(source), report)


class _AsCOCO:
    """The source with its LVIS files turned into COCO's while they are read."""

    refused: Sequence[DatasetError] = ()  # it is told by the reading of LVIS

    def __init__(self, source: Source) -> None:
        self._source = source
        files = set(_files(source))
        self.names: Sequence[str] = [
            name
            for name in source.names
            if name in files or not name.endswith(".json") or _is_broken(source, name)
        ]

    def read(self, name: str, limit_bytes: int = MAX_TEXT_BYTES) -> bytes:
        return self._source.read(name, limit_bytes)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        with self._source.file(name) as file:
            yield cast("BinaryIO", _Turned(file, name))


def _is_broken(source: Source, name: str) -> bool:
    """Tell a file that might be LVIS': the reader of COCO reports it if it lies among those."""
    try:
        is_coco(source, name)
    except DatasetError:
        return not is_other(source, name, OBJECT)
    return False


class _Turned:
    """A file of COCO's JSON that is made as it is read; it can be read again from its start."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self._file = file
        self.seek(0)

    def tell(self) -> int:
        return 0

    def seek(self, start: int) -> None:
        self._file.seek(start)
        self._pieces = _json(_coco(iter_elements(self._file, self.name)))
        self._left = bytearray()

    def read(self, size: int) -> bytes:
        try:
            while len(self._left) < size and (piece := next(self._pieces, b"")):
                self._left += piece
        except DatasetError:
            raise
        except (ValueError, RecursionError):
            fault = "holds numbers or text that cannot be written again"
            raise DatasetError(fault, file=self.name) from None
        data = bytes(self._left[:size])
        del self._left[:size]
        return data


def _coco(elements: Iterable[Element]) -> Iterator[Element]:
    for each in elements:
        if each.key == "images" and isinstance(each.value, dict) and "file_name" not in each.value:
            each.value["file_name"] = _file_name(each.value.get("coco_url"))
        yield each


def _file_name(url: object) -> str | None:
    """Return where an image lies, as LVIS' readers find it: by the last two parts of its URL."""
    if not isinstance(url, str):
        return None
    if "://" in url:
        return "/".join(PurePosixPath(url).parts[-2:])
    return url.removeprefix(f"{FOLDER}/")


def _json(elements: Iterable[Element]) -> Iterator[bytes]:
    """Spell elements as one object again, piece by piece."""
    start = b"{"
    for (key, is_list), group in groupby(elements, lambda e: (e.key, e.place is not None)):
        yield start + canonical_json(key) + b":"
        start, separator = b",\n", b"[" if is_list else b""
        for each in group:
            yield separator + canonical_json(each.value)
            separator = b",\n"
        if is_list:
            yield b"]"
    yield b"}\n" if start != b"{" else b"{}\n"


def is_in(source: Source) -> bool:
    return next(_files(source), None) is not None


def _files(source: Source) -> Iterator[str]:
    """Yield JSON files whose first or last images are told as LVIS does."""
    for name in source.names:
        if name.endswith(".json") and _is_lvis(source, name):
            yield name


def _is_lvis(source: Source, name: str) -> bool:
    try:
        with source.file(name) as file:
            peeked = file.read(_PEEKED_BYTES)
            end = file.seek(0, 2)
            file.seek(max(0, end - _PEEKED_BYTES))
            return _TOLD_BY in peeked or _TOLD_BY in file.read(_PEEKED_BYTES)
    except DatasetError:
        return False


LVIS: Final = Format("lvis", "LVIS", ALL, RECORDS, write, read, is_in)  # it knows no crowds
