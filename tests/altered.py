"""One flipped bit in a file, or in an object of the store: what a disk or a stranger may do."""

import os
from pathlib import Path

from annotation import storage


def alter_file(path: Path) -> None:
    """Flip a bit, a second later: two writes may share one tick of the file system's clock."""
    written_ns = path.stat().st_mtime_ns
    path.write_bytes(_flipped(path.read_bytes()))
    os.utime(path, ns=(written_ns, written_ns + 10**9))


def alter_object(key: str) -> None:
    storage.put_bytes(key, _flipped(storage.get_bytes(key)))


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])
