"""Write Parquet files of typed columns, those of each split in files of their own.

Only one group of rows is in memory at a time. engine.datasets.formats.late says who loads this.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final, Generic, TypeAlias, TypeVar

import pyarrow as pa
from pyarrow import parquet

from engine.datasets.files import Out
from engine.datasets.formats.huggingface_features import DECLARED, Feature
from engine.datasets.sample import TRAIN

ROWS_OF_FILE: Final = 1_000
FILE_BYTES: Final = 96 * 2**20  # about; a zip's files are read up to 256 MiB
ROWS_OF_GROUP: Final = 100  # which a viewer fetches at once
GROUP_BYTES: Final = 16 * 2**20  # where the next group begins
_UNSAFE: Final = re.compile(r"\W")
_FILES: Final = frozenset({"Image", "Audio"})  # with their bytes, and the name that they had
_TYPES: Final = {
    "string": pa.string(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
}
Row: TypeAlias = dict[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """What is written: a row for each item."""

    folder: str
    features: Mapping[str, Feature]  # its columns
    items: Callable[[], Iterable[T]]  # the same ones whenever it is called
    split_of: Callable[[T], str | None]
    weight_of: Callable[[T], int]  # bytes, guessed without loading any
    row_of: Callable[[T], Row]
    bytes_of: Callable[[Row], int]
    declared: str | None = None  # what labels tell beside their names, as JSON


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file, and what is in it."""

    name: str
    split: str  # by its name as one word
    splits: frozenset[str]  # by their names as they are
    rows: int
    size_bytes: int
    arrow_bytes: int  # unpacked, in memory
    sha256: str


def write_table(table: Table[T], out: Out) -> list[WrittenFile]:
    """Write `FOLDER/SPLIT-00000-of-0000N.parquet` and so on.

    The items are gone through once to count files, as each names how many there are, and once
    for each split.
    """
    schema = _schema(table)
    written = []
    for split, sizes in sorted(_planned(table).items()):
        items = (each for each in table.items() if _name_of(table, each) == split)
        for number, count in enumerate(sizes):
            name = f"{table.folder}/{split}-{number:05}-of-{len(sizes):05}.parquet"
            splits: set[str] = set()
            rows = (table.row_of(each) for each in _noted(table, islice(items, count), splits))
            with out.file(name) as file:
                sink = Sink(file)
                arrow_bytes = _write_rows(_groups(rows, table.bytes_of), schema, sink)
            size_bytes, sha256 = sink.tell(), sink.sha256()
            written.append(
                WrittenFile(name, split, frozenset(splits), count, size_bytes, arrow_bytes, sha256)
            )
    return written


def _noted(table: Table[T], items: Iterable[T], splits: set[str]) -> Iterator[T]:
    for item in items:
        if split := table.split_of(item):
            splits.add(split)
        yield item


def _name_of(table: Table[T], item: T) -> str:
    """Return a split as `datasets` can name one, in words alone; of no split all is to train."""
    return _UNSAFE.sub("_", table.split_of(item) or TRAIN)


def _planned(table: Table[T]) -> Mapping[str, list[int]]:
    """Return how many items go into each file of each split."""
    files: dict[str, list[int]] = {}
    filled: dict[str, int] = defaultdict(int)
    for item in table.items():
        split = _name_of(table, item)
        sizes = files.setdefault(split, [0])
        weight = table.weight_of(item)
        if sizes[-1] and (sizes[-1] >= ROWS_OF_FILE or filled[split] + weight > FILE_BYTES):
            sizes.append(0)
            filled[split] = 0
        sizes[-1] += 1
        filled[split] += weight
    return files


def _write_rows(groups: Iterable[list[Row]], schema: pa.Schema, sink: "Sink") -> int:
    """Write groups of rows; return how many bytes they take unpacked."""
    arrow_bytes = 0
    # Every column as it is packed by any release: readers in browsers know snappy alone.
    with parquet.ParquetWriter(sink, schema, compression="snappy") as writer:
        for group in groups:
            batch = pa.RecordBatch.from_pylist(group, schema=schema)
            arrow_bytes += batch.nbytes
            writer.write_batch(batch)
    return arrow_bytes


def _groups(rows: Iterable[Row], bytes_of: Callable[[Row], int]) -> Iterator[list[Row]]:
    group: list[Row] = []
    size_bytes = 0
    for row in rows:
        group.append(row)
        size_bytes += bytes_of(row)
        if len(group) >= ROWS_OF_GROUP or size_bytes >= GROUP_BYTES:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group


def _schema(table: Table[T]) -> pa.Schema:
    """Return the columns, with what `datasets` calls them beside, and ours."""
    fields = [pa.field(name, _arrow_type(each)) for name, each in table.features.items()]
    told = json.dumps({"info": {"features": table.features}}, ensure_ascii=False)
    ours = {DECLARED: table.declared} if table.declared else {}
    return pa.schema(fields, metadata={"huggingface": told, **ours})


def _arrow_type(feature: object) -> pa.DataType:
    if isinstance(feature, list):
        return pa.list_(_arrow_type(feature[0]))
    if not isinstance(feature, dict):
        raise TypeError(f"{feature!r:.60} is no feature")
    if "_type" not in feature:
        return pa.struct([(name, _arrow_type(each)) for name, each in feature.items()])
    if feature["_type"] in _FILES:
        return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    return _TYPES[feature.get("dtype", "int64")]  # a label's is its place


class Sink:
    """A file that is only written on, counted and hashed: a zip's tells no place."""

    closed = False
    mode = "wb"

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._written = 0
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        piece = bytes(data)
        self._digest.update(piece)
        self._written += len(piece)
        return self._file.write(piece)

    def tell(self) -> int:
        return self._written

    def sha256(self) -> str:
        return self._digest.hexdigest()

    def flush(self) -> None:
        """Leave it to whoever opened the file, as closing."""

    def close(self) -> None:
        """Leave it to whoever opened the file."""

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False
