"""The manifest of a dataset version: same version, same bytes; its sha256 is the version's id.

JSON lines in canonical form: a header, then one row for each image, sorted by the image's sha256.
It holds digests, not masks: whoever has the masks and images can prove them against it offline.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import BinaryIO, Final, NotRequired, TypedDict, cast

from engine.canonical import canonical_json, parse_canonical
from engine.datasets.errors import DatasetError

__all__ = [
    "FIELDS",
    "DatasetError",
    "ManifestMask",
    "ManifestRow",
    "ManifestSummary",
    "build_manifest",
    "is_sha256",
    "next_line",
    "parse_row",
    "read_manifest",
    "verify_manifest",
    "write_manifest",
]

FORMAT: Final = "anneal.dataset/1"
_LINE_BYTES: Final = 64 * 2**20
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class ManifestMask(TypedDict):
    """One mask of an image, in the revision that the version froze."""

    mask: str
    revision: str
    label: str | None
    rle_digest: str
    parent: str | None  # the mask that this one is a part of
    attributes: NotRequired[dict[str, str | float]]  # by the id that the header's label has; if any
    z: NotRequired[int]  # above masks that have less, not told where it is 0
    caption: NotRequired[str]  # its own, if any
    caption_recording: NotRequired[str]  # the take in which that was spoken, if it was


class ManifestRow(TypedDict):
    """One image of the version. Transcripts and captions are JSON objects with their makers."""

    image_sha256: str
    file_name: str
    size_hw: list[int]
    group: str | None
    split: str
    masks: list[ManifestMask]
    transcripts: list[dict[str, object]]
    captions: list[dict[str, object]]


FIELDS: Final = tuple(ManifestRow.__annotations__)
_ALWAYS: Final = ManifestMask.__required_keys__
_SOMETIMES: Final = ManifestMask.__optional_keys__
_LISTS: Final = ("masks", "transcripts", "captions")


@dataclass(frozen=True, slots=True)
class ManifestSummary:
    """What a verified manifest holds."""

    id: str
    header: dict[str, object]
    images: int
    masks: int
    transcripts: int
    captions: int
    splits: dict[str, int]


def build_manifest(header: Mapping[str, object], rows: Iterable[ManifestRow]) -> Iterator[bytes]:
    """Yield the manifest's lines. Rows must come sorted by image sha256, each image once.

    Masks may come in any order. Raise DatasetError that names the row.
    """
    if "format" in header:
        raise DatasetError("the header's format is not the caller's to set", field="header")
    yield _line({**header, "format": FORMAT}, 0)
    last = ""
    for index, row in enumerate(rows, 1):
        ordered = {**row, "masks": sorted(row["masks"], key=lambda mask: mask["mask"])}
        last = _check_row(ordered, index, last)
        yield _line(ordered, index)


def write_manifest(out: BinaryIO, header: Mapping[str, object], rows: Iterable[ManifestRow]) -> str:
    """Write the manifest and return its id."""
    digest = hashlib.sha256()
    for line in build_manifest(header, rows):
        digest.update(line)
        out.write(line)
    return digest.hexdigest()


def read_manifest(file: BinaryIO) -> tuple[dict[str, object], Iterator[ManifestRow]]:
    """Return the header and the rows, each checked as it is read."""
    header = _parse_header(next_line(file, 0))
    return header, _parse_rows(file)


def verify_manifest(file: BinaryIO, expected_id: str | None = None) -> ManifestSummary:
    """Read the whole manifest once, check every line, and compare its id if one is given."""
    digest = hashlib.sha256()
    header_line = next_line(file, 0)
    digest.update(header_line)
    header = _parse_header(header_line)
    totals = dict.fromkeys(("images", *_LISTS), 0)
    splits: dict[str, int] = {}
    for row in _parse_rows(file, digest.update):
        totals["images"] += 1
        for name in _LISTS:
            totals[name] += len(cast(list[object], row[name]))
        splits[row["split"]] = splits.get(row["split"], 0) + 1
    found = digest.hexdigest()
    if expected_id is not None and found != expected_id:
        raise DatasetError(f"the manifest's sha256 is {found}, not {expected_id}")
    return ManifestSummary(found, header, splits=splits, **totals)


def next_line(file: BinaryIO, index: int | None) -> bytes:
    """Return the next whole line, which has this number if it is known; none at the end."""
    line = file.readline(_LINE_BYTES)
    if line and not line.endswith(b"\n"):
        raise DatasetError("the line is cut short", index=index)
    return line


def parse_row(line: bytes, index: int | None) -> ManifestRow:
    """Read one row that came from `next_line` and check it.

    Not its place among others, nor its spelling: the whole manifest is proved by its sha256.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"is not JSON: {error}", index=index) from None
    if not isinstance(row, dict):
        raise DatasetError("must be a JSON object", index=index)
    _check_row(row, index, "")
    return cast(ManifestRow, row)


def is_sha256(value: object) -> bool:
    """Tell whether it is 64 hexadecimal digits, as this writes them."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _line(value: Mapping[str, object], index: int) -> bytes:
    try:
        return canonical_json(dict(value)) + b"\n"
    except (ValueError, TypeError) as error:
        raise DatasetError(f"cannot be written as JSON: {error}", index=index) from None


def _parse_header(line: bytes) -> dict[str, object]:
    header = _parse(line, 0) if line else {}
    if header.get("format") != FORMAT:
        raise DatasetError(f"this is not a manifest of the format {FORMAT}")
    return header


def _parse_rows(
    file: BinaryIO, on_line: Callable[[bytes], None] = lambda _: None
) -> Iterator[ManifestRow]:
    last = ""
    for index in count(1):
        line = next_line(file, index)
        if not line:
            return
        on_line(line)
        row = _parse(line, index)
        last = _check_row(row, index, last)
        yield cast(ManifestRow, row)


def _parse(line: bytes, index: int | None) -> dict[str, object]:
    try:
        value = parse_canonical(line.removesuffix(b"\n"))
    except ValueError as error:
        raise DatasetError(str(error), index=index) from None
    if not isinstance(value, dict):
        raise DatasetError("must be a JSON object", index=index)
    return value


def _check_row(row: Mapping[str, object], index: int | None, last: str) -> str:
    """Check one row and return its image's sha256, which must come after the last one's."""

    def require(is_right: bool, field: str, fault: str) -> None:  # noqa: FBT001  # an assertion
        if not is_right:
            raise DatasetError(f"{field} {fault}", index=index)

    require(row.keys() == set(FIELDS), "the row", f"must have {', '.join(FIELDS)}")
    sha256 = row["image_sha256"]
    require(is_sha256(sha256), "image_sha256", "must be 64 hexadecimal digits")
    sha256 = str(sha256)
    require(sha256 > last, "image_sha256", "is not after the row before: rows must be sorted")
    require(_is_text(row["file_name"]), "file_name", "must be text")
    require(_is_text(row["split"]), "split", "must be text")
    require(row["group"] is None or _is_text(row["group"]), "group", "must be text or null")
    size = row["size_hw"]
    is_size = isinstance(size, list) and len(size) == len("HW")
    require(
        is_size and all(type(side) is int and side > 0 for side in cast(list[object], size)),
        "size_hw",
        "must be two whole numbers above zero",
    )
    for name in _LISTS:
        items = row[name]
        require(
            isinstance(items, list) and all(isinstance(item, dict) for item in items),
            name,
            "must be a list of objects",
        )
    last_mask = ""
    for mask in cast(list[dict[str, object]], row["masks"]):
        last_mask = _check_mask(mask, index, last_mask)
    return sha256


def _check_mask(mask: Mapping[str, object], index: int | None, last: str) -> str:
    # There are very many: what most of them have is told first, and by the cheapest means.
    is_right = (
        (mask.keys() == _ALWAYS or mask.keys() - _SOMETIMES == _ALWAYS)
        and _is_text(mask["mask"])
        and _is_text(mask["revision"])
        and is_sha256(mask["rle_digest"])
        and (mask["label"] is None or _is_text(mask["label"]))
        and (mask["parent"] is None or _is_text(mask["parent"]))
        and (len(mask) == len(_ALWAYS) or _are_right(mask))
    )
    if not is_right:
        raise DatasetError(f"mask {str(mask.get('mask'))[:60]} has wrong fields", index=index)
    mask_id = str(mask["mask"])
    if mask_id <= last:
        raise DatasetError(f"mask {mask_id[:60]} is not after the one before", index=index)
    return mask_id


def _are_right(mask: Mapping[str, object]) -> bool:
    """Check what not every mask has."""
    return (
        ("attributes" not in mask or _is_values(mask["attributes"]))
        and ("z" not in mask or (type(mask["z"]) is int and mask["z"] != 0))
        and ("caption" not in mask or _is_text(mask["caption"]))
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_values(value: object) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(type(each) in (str, int, float) for each in value.values())
    )
