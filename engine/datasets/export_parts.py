"""The folders of an export whose splits lie apart, each to be read alone.

See `export_apart`. Read at once, an image whose name is in several folders, as COCO gives it, would
be found in none of them, and its bytes not proved.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import MAX_TEXT_BYTES, Source
from engine.datasets.formats import Format

_BESIDE: Final = {"manifest.jsonl", "image_addresses.jsonl"}  # of the whole export


def parts_of(source: Source, form: Format) -> list[Source]:
    """Return the folders if each holds the format and nothing else is there; or all in one."""
    alone = {name for name in source.names if "/" not in name}
    folders = sorted({name.partition("/")[0] for name in source.names} - alone)
    parts: list[Source] = [_Below(source, folder) for folder in folders]
    alone.update(each.file for each in source.refused if "/" not in each.file)
    is_apart = not form.tells_splits and len(parts) > 1 and alone <= _BESIDE
    return parts if is_apart and all(form.is_in(part) for part in parts) else [source]


class _Below:
    """The files of one folder of another source, by their names in it."""

    def __init__(self, source: Source, folder: str) -> None:
        self._source = source
        self._start = f"{folder}/"
        names = (name for name in source.names if name.startswith(self._start))
        self.names: Sequence[str] = [name.removeprefix(self._start) for name in names]
        self.refused: Sequence[DatasetError] = [
            DatasetError(each.fault, file=each.file.removeprefix(self._start))
            for each in source.refused
            if each.file.startswith(self._start)
        ]

    def read(self, name: str, limit_bytes: int = MAX_TEXT_BYTES) -> bytes:
        return self._source.read(self._start + name, limit_bytes)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        with self._source.file(self._start + name) as file:
            yield file
