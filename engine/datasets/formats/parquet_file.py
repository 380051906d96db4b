"""The rows of one untrusted Parquet file, and their pictures, which are read when asked for."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Final

import pyarrow as pa
from pyarrow import parquet

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import Fields, checked_fields
from engine.datasets.formats.huggingface_features import IMAGE

MAX_GROUP_BYTES: Final = 2**30  # unpacked, as its file says
MAX_GROUP_VALUES: Final = 2**24  # of one column: a list may be long and take no bytes
BYTES: Final = f"{IMAGE}.bytes"
_ROWS: Final = 16  # made Python's at once
_BROKEN: Final = (pa.ArrowException, OSError, ValueError, LookupError, OverflowError)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is."""

    group: int
    row: int


@dataclass(slots=True)
class Pictures:
    """Those of the group that was last asked for, of all files of a dataset."""

    group: tuple[str, int] = ("", 0)
    column: pa.ChunkedArray = field(default_factory=lambda: pa.chunked_array([], pa.binary()))


class ParquetRows:
    """One Parquet file of a source."""

    def __init__(self, source: Source, name: str, pictures: Pictures) -> None:
        self.name = name
        self._source = source
        self._pictures = pictures
        self._open: parquet.ParquetFile | None = None  # while its rows are gone through

    @contextmanager
    def _opened(self) -> Iterator[parquet.ParquetFile]:
        """Open the file unless it is.

        Raises:
            DatasetError: it is no Parquet, is broken, or has no pictures.

        """
        try:
            if self._open is not None:
                yield self._open
                return
            with self._source.file(self.name) as file:
                self._open = _checked(file, self.name)
                try:
                    yield self._open
                finally:
                    self._open = None
        except DatasetError:
            raise
        except _BROKEN as error:
            fault = f"no Parquet: {str(error)[:100]}"
            raise DatasetError(fault, file=self.name) from None

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[Place, Fields]]:
        """Yield rows with those columns that are there. Memory: a few rows, without pictures.

        Raises:
            DatasetError: as above.

        """
        with self._opened() as file:
            for group in range(file.num_row_groups):
                row = 0
                for batch in file.iter_batches(_ROWS, row_groups=[group], columns=columns):
                    for fields in batch.to_pylist():
                        yield Place(group, row), fields
                        row += 1

    def picture(self, place: Place) -> bytes:
        """Return the bytes of a row's image; those of its group are read at once.

        Raises:
            DatasetError: as above, or there are none.

        """
        pictures, group = self._pictures, (self.name, place.group)
        with self._opened() as file:
            if pictures.group != group:
                pictures.column = file.read_row_group(place.group, columns=[BYTES]).column(IMAGE)
                pictures.group = group
            value = pictures.column[place.row].as_py()
        data = value.get("bytes") if isinstance(value, dict) else None
        if not isinstance(data, bytes):
            raise DatasetError("the image has no bytes", file=self.name)
        return data

    def features(self) -> Fields:
        """Return the types that `datasets` wrote beside the columns, if it did."""
        with self._opened() as file:
            text = (file.schema_arrow.metadata or {}).get(b"huggingface", b"{}")
        try:
            info = checked_fields(checked_fields(json.loads(text)).get("info", {}))
            return checked_fields(info.get("features", {}))
        except (ValueError, RecursionError):
            return {}  # the columns have types of their own


def _checked(file: BinaryIO, name: str) -> parquet.ParquetFile:
    metadata = parquet.read_metadata(file)
    if BYTES not in [metadata.schema.column(place).path for place in range(metadata.num_columns)]:
        raise DatasetError(f"has no column {BYTES}", file=name)
    for number in range(metadata.num_row_groups):
        if metadata.row_group(number).total_byte_size > MAX_GROUP_BYTES:
            raise DatasetError(f"has a group of rows of over {MAX_GROUP_BYTES} bytes", file=name)
        if _values_of(metadata, number) > MAX_GROUP_VALUES:
            raise DatasetError(f"has a group of rows of over {MAX_GROUP_VALUES} values", file=name)
    # Pictures stay packed: a file of 40 KB may say that two thousand rows have the same large one.
    return parquet.ParquetFile(file, metadata=metadata, read_dictionary=[BYTES])


def _values_of(metadata: parquet.FileMetaData, number: int) -> int:
    """Return how many values the fullest column of a group has."""
    group = metadata.row_group(number)
    return max((group.column(each).num_values for each in range(group.num_columns)), default=0)
