"""The rows of one untrusted Arrow file, as `datasets` saves them, and their pictures."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final

import pyarrow as pa
from pyarrow import compute, ipc

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.arrow_messages import SCHEMA, Message, iter_messages
from engine.datasets.formats.checked import Fields
from engine.datasets.formats.huggingface_features import IMAGE
from engine.datasets.formats.parquet_file import (
    BYTES,
    MAX_GROUP_BYTES,
    MAX_GROUP_VALUES,
    Place,
    declared_in,
    features_in,
    python_rows,
)

_ROWS: Final = 16  # made Python's at once
_DEEPEST: Final = 16
_BROKEN: Final = (pa.ArrowException, OSError, ValueError, LookupError, OverflowError, struct.error)


@dataclass(slots=True)
class LastBatch:
    """The batch of rows that was last read, of all files of a dataset."""

    place: tuple[str, int] = ("", 0)
    rows: pa.RecordBatch | None = None


class ArrowRows:
    """One Arrow file of a source: what ParquetRows is of Parquet."""

    def __init__(self, source: Source, name: str, last: LastBatch) -> None:
        self.name = name
        self.stem = PurePosixPath(name).with_suffix("").as_posix()
        self._source = source
        self._last = last
        self._found: tuple[pa.Schema, list[Message]] | None = None

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[Place, Fields]]:
        """Yield rows with those columns that are there. Memory: a batch, and a few rows.

        Raises:
            DatasetError: it is no Arrow stream, is broken, or has no pictures.

        """
        wanted = {column.partition(".")[0] for column in columns}
        before = 0  # rows of other batches
        for group in range(len(self._messages()[1])):
            batch = _without_pictures(self._batch(group), wanted)
            for start in range(0, batch.num_rows, _ROWS):
                few = batch.slice(start, _ROWS)
                for row, fields in enumerate(python_rows(few, self.name, before + start), start):
                    yield Place(group, row), fields
            before += batch.num_rows

    def read_file(self, place: Place) -> bytes:
        """Return the bytes of a row's image.

        Raises:
            DatasetError: as above, or there are none.

        """
        value = self._batch(place.group).column(IMAGE)[place.row].as_py()
        data = value.get("bytes") if isinstance(value, dict) else None
        if not isinstance(data, bytes):
            raise DatasetError("the image has no bytes", file=self.name)
        return data

    def features(self) -> Fields:
        """Return the types that `datasets` wrote beside the columns, if it did."""
        return features_in(self._messages()[0])

    def declared(self) -> Fields:
        """Return what labels tell beside their names, if we wrote it."""
        return declared_in(self._messages()[0])

    def _messages(self) -> tuple[pa.Schema, list[Message]]:
        if self._found is None:
            with self._told(), self._source.file(self.name) as file:
                first, *batches = iter_messages(file, MAX_GROUP_BYTES)
                if first.kind != SCHEMA or any(each.kind == SCHEMA for each in batches):
                    raise ValueError("it has not one schema")
                schema = ipc.read_schema(pa.py_buffer(_bytes(file, first)))
                self._found = (_checked(schema, self.name), batches)
        assert self._found is not None  # noqa: S101  # or it was raised
        return self._found

    def _batch(self, group: int) -> pa.RecordBatch:
        schema, batches = self._messages()
        if self._last.place != (self.name, group) or self._last.rows is None:
            self._last.rows = None  # before the next takes its room
            with self._told(), self._source.file(self.name) as file:
                message = ipc.read_message(pa.py_buffer(_bytes(file, batches[group])))
                rows = ipc.read_record_batch(message, schema)
                if rows.num_rows > MAX_GROUP_VALUES:
                    raise ValueError(f"a batch of over {MAX_GROUP_VALUES} rows")
                rows.validate(full=True)  # or else its texts may lie anywhere in memory
            self._last.place, self._last.rows = (self.name, group), rows
        return self._last.rows

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DatasetError:
            raise
        except _BROKEN as error:
            raise DatasetError(f"no Arrow stream: {str(error)[:100]}", file=self.name) from None


def _bytes(file: BinaryIO, message: Message) -> bytes:
    file.seek(message.start)
    return file.read(message.size_bytes)


def _checked(schema: pa.Schema, name: str) -> pa.Schema:
    """Refuse a schema that has no pictures, or types or names that cannot be read."""
    if len(set(schema.names)) < len(schema):  # names that are no text raise here, and below
        raise DatasetError("has two columns of one name", file=name)
    place = schema.get_field_index(IMAGE)
    image = schema.field(place).type if place >= 0 else None
    if image is None or not pa.types.is_struct(image) or image.get_field_index("bytes") < 0:
        raise DatasetError(f"has no column {BYTES}", file=name)
    for column in schema:
        if not _is_plain(column.type):
            fault = f"has a column {column.name[:50]} of a type that is not read: {column.type}"
            raise DatasetError(fault[:200], file=name)
    return schema


def _is_plain(kind: pa.DataType, depth: int = 0) -> bool:
    """Tell a type whose values take about as much as their bytes: views may share theirs."""
    types = pa.types
    if depth > _DEEPEST:
        return False
    if types.is_struct(kind):
        inner = [kind.field(n) for n in range(kind.num_fields)]
        return all(each.name is not None and _is_plain(each.type, depth + 1) for each in inner)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _is_plain(kind.value_type, depth + 1)
    is_text = types.is_string(kind) or types.is_large_string(kind)
    is_data = types.is_binary(kind) or types.is_large_binary(kind)
    return bool(is_text or is_data or types.is_primitive(kind) or types.is_null(kind))


def _without_pictures(batch: pa.RecordBatch, wanted: set[str]) -> pa.RecordBatch:
    """Return the wanted columns; of images the path alone."""
    names = [name for name in dict.fromkeys(batch.schema.names) if name in wanted]
    columns = [batch.column(name) for name in names]
    for place, name in enumerate(names):
        if name == IMAGE:
            columns[place] = _paths(columns[place])
    return pa.RecordBatch.from_arrays(columns, names=names)


def _paths(image: pa.StructArray) -> pa.StructArray:
    has_path = image.type.get_field_index("path") >= 0
    paths = compute.struct_field(image, "path") if has_path else pa.nulls(len(image))
    return pa.StructArray.from_arrays([paths], names=["path"], mask=image.is_null())
