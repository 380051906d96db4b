"""JSON and safetensors with one spelling for each value: their sha256 can be an identity."""

import hashlib
import json
from pathlib import Path
from typing import BinaryIO, Final

CHUNK_BYTES: Final = 2**20
_LENGTH_BYTES: Final = 8  # of a safetensors file: of its header, little-endian


def canonical_json(value: object) -> bytes:
    """Return UTF-8 JSON with sorted keys and no blanks. Raise ValueError on NaN or infinity."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def parse_canonical(data: bytes) -> object:
    """Read what `canonical_json` wrote. Raise ValueError for any other spelling."""
    try:
        value: object = json.loads(data)
        is_canonical = canonical_json(value) == data
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    if not is_canonical:
        raise ValueError("JSON that is not in canonical form")
    return value


def canonical_tensors(data: bytes) -> bytes:
    """Return what safetensors wrote with its header in canonical form.

    It puts a file's metadata in an order that it draws anew each time (a HashMap of Rust's): of two
    entries the same tensors have two sha256.
    """
    start = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
    header = canonical_json(json.loads(data[_LENGTH_BYTES:start]))
    header += b" " * (-len(header) % _LENGTH_BYTES)  # tensors begin at a multiple of it
    return len(header).to_bytes(_LENGTH_BYTES, "little") + header + data[start:]


def sha256_of(file: BinaryIO) -> str:
    """Hash a file from where it stands to its end, in pieces."""
    digest = hashlib.sha256()
    while piece := file.read(CHUNK_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def sha256_of_path(path: Path) -> str:
    """Hash a whole file, in pieces."""
    with path.open("rb") as file:
        return sha256_of(file)


def refuse_constant(constant: str) -> object:
    """Refuse NaN and infinities, which Python's JSON would read: `parse_constant` of its readers.

    Raises:
        ValueError: always.

    """
    raise ValueError(f"{constant} is not a number")
