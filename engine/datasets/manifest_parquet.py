"""A manifest as Parquet, for whoever asks it by columns; its canonical lines come out of it again.

A row an image, with lists of its masks, transcripts and captions. The header and the id lie in the
file's own metadata. Parquet's bytes differ from one library to the next, so that the id stays the
sha256 of the lines. Loaded late, as engine.datasets.formats.late says.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final, TypeAlias, cast

import pyarrow as pa
from pyarrow import parquet

from engine.canonical import canonical_json
from engine.datasets.errors import DatasetError
from engine.datasets.formats.parquet_file import BROKEN, bounded_metadata, python_rows
from engine.datasets.formats.parquet_table import Sink
from engine.datasets.manifest import ManifestMask, ManifestRow, build_manifest, read_manifest

HEADER: Final = "anneal.header"
ID: Final = "anneal.id"
GROUP_BYTES: Final = 4 * 2**20  # of lines, after which the next group of rows begins
_ROWS: Final = 16  # made Python's at once
_SAID: Final = pa.list_(pa.struct([("text", pa.string()), ("json", pa.string())]))
_MASK: Final = pa.struct(
    [
        *[(name, pa.string()) for name in ("mask", "revision", "label", "label_name")],
        *[(name, pa.string()) for name in ("rle_digest", "parent", "caption")],
        *[("caption_recording", pa.string()), ("attributes", pa.string()), ("z", pa.int64())],
    ]
)
SCHEMA: Final = pa.schema(
    [
        *[("image_sha256", pa.string()), ("file_name", pa.string())],
        *[("height", pa.int64()), ("width", pa.int64())],
        *[("group", pa.string()), ("split", pa.string())],
        *[("masks", pa.list_(_MASK)), ("transcripts", _SAID), ("captions", _SAID)],
    ]
)
# All others hold what is told once, and are packed as they are.
_REPEATED: Final = [
    *("group", "split"),
    *(f"masks.list.element.{name}" for name in ("revision", "label", "label_name")),
]
_WHERE_SAID: Final = ("z", "caption", "caption_recording")  # a mask without has no such key
_UNHELD: Final = (pa.ArrowException, OverflowError)

Fields: TypeAlias = dict[str, Any]
Names: TypeAlias = Mapping[str, str]  # of labels by id


def write_parquet(
    manifest: BinaryIO, out: BinaryIO, *, report: Callable[[int], None] = lambda _: None
) -> str:
    """Write a manifest's lines as Parquet and return its id. Memory: one group of rows.

    `report` is told how many images are written.

    Raises:
        DatasetError: it is no manifest, or holds what does not fit in the columns.

    """
    digest = hashlib.sha256()
    header, rows = read_manifest(cast("BinaryIO", _Hashed(manifest, digest.update)))
    packing: Fields = {"compression": "snappy", "use_dictionary": _REPEATED}
    with parquet.ParquetWriter(Sink(out), SCHEMA, **packing) as writer:
        done = 0
        for group in _groups(rows, _names(header)):
            try:
                writer.write_batch(pa.RecordBatch.from_pylist(group, schema=SCHEMA))
            except _UNHELD as error:
                fault = f"a row after this one does not fit in Parquet: {str(error)[:100]}"
                raise DatasetError(fault, index=done) from None
            done += len(group)
            report(done)
        told = {HEADER: canonical_json(header).decode(), ID: digest.hexdigest()}
        writer.add_key_value_metadata(told)
    return digest.hexdigest()


def lines_of_parquet(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the canonical lines of what `write_parquet` wrote. Memory: a few rows.

    Raises:
        DatasetError: it is no such file, is broken, or is not what it says it is.

    """
    digest = hashlib.sha256()
    try:
        opened = _opened(file, name)
        told = opened.metadata.metadata or {}
        header = _header(told, name)
        for line in build_manifest(header, _rows(opened, name, _names(header))):
            digest.update(line)
            yield line
    except DatasetError:
        raise
    except BROKEN as error:
        raise DatasetError(f"no Parquet: {str(error)[:100]}", file=name) from None
    if told.get(ID.encode()) != digest.hexdigest().encode():
        raise DatasetError("its rows are not those of the id that it tells", file=name)


def _opened(file: BinaryIO, name: str) -> parquet.ParquetFile:
    """Open a file whose rows take about as much memory as it says."""
    metadata = bounded_metadata(file, name)
    if metadata.schema.to_arrow_schema().names != SCHEMA.names:
        raise DatasetError("has not the columns of a manifest", file=name)
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    for column in (group.column(place) for group in groups for place in range(group.num_columns)):
        is_packed = any("DICTIONARY" in encoding for encoding in column.encodings)
        if is_packed and column.path_in_schema not in _REPEATED:
            fault = f"the column {column.path_in_schema} is packed otherwise than ours"
            raise DatasetError(fault, file=name)
    return parquet.ParquetFile(file, metadata=metadata, read_dictionary=_REPEATED)


class _Hashed:
    """A file whose lines are hashed as they are read."""

    def __init__(self, file: BinaryIO, update: Callable[[bytes], None]) -> None:
        self._file = file
        self._update = update

    def readline(self, limit: int = -1) -> bytes:
        line = self._file.readline(limit)
        self._update(line)
        return line


def _header(told: Mapping[bytes, bytes], name: str) -> Fields:
    """Return the header, without what the format of the lines says of itself."""
    try:
        header = json.loads(told.get(HEADER.encode(), b""))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise DatasetError("is no manifest of a version: it tells no header", file=name)
    return {key: value for key, value in header.items() if key != "format"}


def _names(header: Mapping[str, object]) -> Names:
    labels = header.get("labels")
    told = labels if isinstance(labels, list) else []
    return {str(each["id"]): str(each["name"]) for each in told if _is_label(each)}


def _is_label(value: object) -> bool:
    return isinstance(value, dict) and {"id", "name"} <= value.keys()


def _groups(rows: Iterable[ManifestRow], names: Names) -> Iterator[list[Fields]]:
    """Yield the columns of so many rows that their lines are as long as a group may be."""
    group: list[Fields] = []
    size_bytes = 0
    for index, row in enumerate(rows, 1):
        fields = _fields(row, names)
        if _row(fields) != row:
            raise DatasetError("the row does not fit in Parquet", index=index)
        group.append(fields)
        size_bytes += len(canonical_json(row))
        if size_bytes >= GROUP_BYTES:
            yield group
            group, size_bytes = [], 0
    if group:
        yield group


def _fields(row: ManifestRow, names: Names) -> Fields:
    """Return the values of a row's columns."""
    height, width = row["size_hw"]
    return {
        "image_sha256": row["image_sha256"],
        "file_name": row["file_name"],
        "height": height,
        "width": width,
        "group": row["group"],
        "split": row["split"],
        "masks": [_mask_fields(mask, names) for mask in row["masks"]],
        "transcripts": [_said_fields(each) for each in row["transcripts"]],
        "captions": [_said_fields(each) for each in row["captions"]],
    }


def _mask_fields(mask: ManifestMask, names: Names) -> Fields:
    values = mask.get("attributes")
    return {
        "mask": mask["mask"],
        "revision": mask["revision"],
        "label": mask["label"],
        "label_name": names.get(mask["label"] or ""),
        "rle_digest": mask["rle_digest"],
        "parent": mask["parent"],
        "caption": mask.get("caption"),
        "caption_recording": mask.get("caption_recording"),
        "attributes": None if values is None else canonical_json(values).decode(),
        "z": mask.get("z"),
    }


def _said_fields(said: Mapping[str, object]) -> Fields:
    text = said.get("text")
    told = text if isinstance(text, str) else None
    return {"text": told, "json": canonical_json(dict(said)).decode()}


def _rows(file: parquet.ParquetFile, name: str, names: Names) -> Iterator[ManifestRow]:
    index = 0
    for group in range(file.num_row_groups):  # Arrow joins no values of two groups' dictionaries
        for batch in file.iter_batches(_ROWS, row_groups=[group]):
            for fields in python_rows(batch, name, index):
                index += 1
                yield _proved_row(fields, names, index)


def _proved_row(fields: Fields, names: Names, index: int) -> ManifestRow:
    """Return the row of which these are the columns, all of them."""
    try:
        row = _row(fields)
        is_right = _fields(row, names) == fields
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        is_right = False
    if not is_right:
        raise DatasetError("the columns are not those of a manifest's row", index=index)
    return row


def _row(fields: Mapping[str, Any]) -> ManifestRow:
    return ManifestRow(
        image_sha256=fields["image_sha256"],
        file_name=fields["file_name"],
        size_hw=[fields["height"], fields["width"]],
        group=fields["group"],
        split=fields["split"],
        masks=[_mask(each) for each in fields["masks"]],
        transcripts=[json.loads(each["json"]) for each in fields["transcripts"]],
        captions=[json.loads(each["json"]) for each in fields["captions"]],
    )


def _mask(fields: Mapping[str, Any]) -> ManifestMask:
    mask = {name: fields[name] for name in ManifestMask.__required_keys__}
    mask |= {name: fields[name] for name in _WHERE_SAID if fields[name] is not None}
    if fields["attributes"] is not None:
        mask["attributes"] = json.loads(fields["attributes"])
    return cast("ManifestMask", mask)
