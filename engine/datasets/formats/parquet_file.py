"""The rows of one untrusted Parquet file, and their pictures or sounds, read when asked for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO, Final

import pyarrow as pa
from pyarrow import compute, parquet

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import Fields, checked_fields
from engine.datasets.formats.huggingface_features import AUDIO, DECLARED, IMAGE
from engine.datasets.json_bounds import loads

MAX_GROUP_BYTES: Final = 2**30  # unpacked, as its file says
MAX_GROUP_VALUES: Final = 2**24  # of all columns: a list may be long and take no bytes
MAX_ROW_BYTES: Final = 2**27  # as Python's own values, about, and without its file
BYTES: Final = f"{IMAGE}.bytes"
_ROWS: Final = 16  # made Python's at once
_VALUE_BYTES: Final = 64  # of a number, or of a list or text without what is in it
_STRUCT_BYTES: Final = 256  # of a dictionary of a few fields
BROKEN: Final = (pa.ArrowException, OSError, ValueError, LookupError, OverflowError)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is."""

    group: int
    row: int


@dataclass(slots=True)
class Files:
    """Pictures, or sounds, of the group that was last asked for, of all files of a dataset."""

    group: tuple[str, int] = ("", 0)
    column: pa.ChunkedArray = field(default_factory=lambda: pa.chunked_array([], pa.binary()))


class ParquetRows:
    """One Parquet file of a source. `medium` is the column whose values are files."""

    def __init__(self, source: Source, name: str, files: Files, medium: str = IMAGE) -> None:
        self.name = name
        self.stem = PurePosixPath(name).stem
        self._source = source
        self._files = files
        self._medium = medium
        self._open: parquet.ParquetFile | None = None  # while its rows are gone through

    @contextmanager
    def _opened(self) -> Iterator[parquet.ParquetFile]:
        """Open the file unless it is.

        Raises:
            DatasetError: it is no Parquet, is broken, or has no such files.

        """
        try:
            if self._open is not None:
                yield self._open
                return
            with self._source.file(self.name) as file:
                self._open = _checked(file, self.name, f"{self._medium}.bytes")
                try:
                    yield self._open
                finally:
                    self._open = None
        except DatasetError:
            raise
        except BROKEN as error:
            fault = f"no Parquet: {str(error)[:100]}"
            raise DatasetError(fault, file=self.name) from None

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[Place, Fields]]:
        """Yield rows with those columns that are there. Memory: a few rows, without files.

        Raises:
            DatasetError: as above.

        """
        with self._opened() as file:
            before = 0  # rows of other groups
            for group in range(file.num_row_groups):
                row = 0
                for batch in file.iter_batches(_ROWS, row_groups=[group], columns=columns):
                    for fields in python_rows(batch, self.name, before + row):
                        yield Place(group, row), fields
                        row += 1
                before += row

    def read_file(self, place: Place) -> bytes:
        """Return the bytes of a row's file; those of its group are read at once.

        Raises:
            DatasetError: as above, or there are none.

        """
        files, group = self._files, (self.name, place.group)
        if files.group != group:
            with self._opened() as file:
                table = file.read_row_group(place.group, columns=[f"{self._medium}.bytes"])
                files.column, files.group = table.column(self._medium), group
        value = files.column[place.row].as_py()
        data = value.get("bytes") if isinstance(value, dict) else None
        if not isinstance(data, bytes):
            raise DatasetError(f"the {self._medium} has no bytes", file=self.name)
        return data

    def has_sounds_alone(self) -> bool:
        """Whether it has a column of sounds and none of pictures; what is broken has neither."""
        try:
            with self._source.file(self.name) as file:
                columns = parquet.read_schema(file).names
        except (DatasetError, *BROKEN):
            return False
        return AUDIO in columns and IMAGE not in columns

    def features(self) -> Fields:
        """Return the types that `datasets` wrote beside the columns, if it did."""
        with self._opened() as file:
            return features_in(file.schema_arrow)

    def declared(self) -> Fields:
        """Return what labels tell beside their names, if we wrote it."""
        with self._opened() as file:
            return declared_in(file.schema_arrow)


def declared_in(schema: pa.Schema) -> Fields:
    """Return what labels tell beside their names, if we wrote it."""
    text = (schema.metadata or {}).get(DECLARED.encode(), b"{}")
    try:
        return checked_fields(loads(text))
    except (ValueError, RecursionError):
        return {}


def features_in(schema: pa.Schema) -> Fields:
    """Return the types that `datasets` wrote beside the columns, if it did."""
    text = (schema.metadata or {}).get(b"huggingface", b"{}")
    try:
        info = checked_fields(checked_fields(loads(text)).get("info", {}))
        return checked_fields(info.get("features", {}))
    except (ValueError, RecursionError):
        return {}  # the columns have types of their own


def _checked(file: BinaryIO, name: str, needed: str) -> parquet.ParquetFile:
    metadata = bounded_metadata(file, name)
    if needed not in [metadata.schema.column(place).path for place in range(metadata.num_columns)]:
        raise DatasetError(f"has no column {needed}", file=name)
    # Texts stay packed: a file of 1 KB may say that a thousand values are the same large one.
    texts = [
        column.path
        for column in map(metadata.schema.column, range(metadata.num_columns))
        if column.physical_type == "BYTE_ARRAY" and column.logical_type.type != "DECIMAL"
    ]
    return parquet.ParquetFile(file, metadata=metadata, read_dictionary=texts)


def bounded_metadata(file: BinaryIO, name: str) -> parquet.FileMetaData:
    """Return what a stranger's file says of itself, if memory can hold each of its groups.

    Raises:
        DatasetError: it cannot. What is no Parquet raises one of `BROKEN`.

    """
    metadata = parquet.read_metadata(file)
    for number in range(metadata.num_row_groups):
        if metadata.row_group(number).total_byte_size > MAX_GROUP_BYTES:
            raise DatasetError(f"has a group of rows of over {MAX_GROUP_BYTES} bytes", file=name)
        if _values_of(metadata, number) > MAX_GROUP_VALUES:
            raise DatasetError(f"has a group of rows of over {MAX_GROUP_VALUES} values", file=name)
    return metadata


def _values_of(metadata: parquet.FileMetaData, number: int) -> int:
    """Return how many values a group has."""
    group = metadata.row_group(number)
    return sum(group.column(each).num_values for each in range(group.num_columns))


def python_rows(batch: pa.RecordBatch, name: str, first: int) -> Iterator[Fields]:
    """Yield rows as Python's own: all at once if they are small, else one by one.

    Raises:
        DatasetError: a row would take too much memory.

    """
    if sum(map(_python_bytes, batch.columns)) <= MAX_ROW_BYTES:
        yield from batch.to_pylist()
        return
    for row in range(batch.num_rows):
        one = batch.slice(row, 1)
        if sum(map(_python_bytes, one.columns)) > MAX_ROW_BYTES:
            fault = f"is over {MAX_ROW_BYTES} bytes large without its file"
            raise DatasetError(fault, file=name, field="row", index=first + row)
        yield from one.to_pylist()


def _python_bytes(array: pa.Array) -> int:
    """Return about how many bytes values take as Python's own, without making them."""
    if pa.types.is_struct(array.type):
        return len(array) * _STRUCT_BYTES + sum(map(_python_bytes, array.flatten()))
    size = len(array) * _VALUE_BYTES
    if pa.types.is_dictionary(array.type):
        counts = array.indices.drop_null().value_counts()
        each = compute.binary_length(array.dictionary.take(counts.field("values")))
        sizes = compute.multiply(each.cast(pa.int64()), counts.field("counts"))
        return size + (compute.sum(sizes).as_py() or 0)
    return size + _python_bytes(array.flatten()) if pa.types.is_nested(array.type) else size
