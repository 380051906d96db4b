"""Files that are read by their ranges: a part of another file, or an object of a store."""

import io
import os
from collections.abc import Callable
from typing import BinaryIO, Final, cast

Fetch = Callable[[int, int], bytes]  # start, and how many bytes: fewer, where there are not so many

_SMALL_BYTES: Final = 2**16


def open_ranges(size_bytes: int, fetch: Fetch, *, ahead_bytes: int = _SMALL_BYTES) -> BinaryIO:
    """Open what `fetch` reads, so many bytes at once as `ahead_bytes` says, or more if asked."""
    return cast("BinaryIO", io.BufferedReader(_Ranges(size_bytes, fetch), ahead_bytes))


def open_part(file: BinaryIO, start: int, size_bytes: int) -> BinaryIO:
    """Open a part of a file. Processes and threads that share the file share no place in it."""

    def fetch(at: int, size: int) -> bytes:
        return os.pread(file.fileno(), size, start + at)

    return open_ranges(size_bytes, fetch)


class _Ranges(io.RawIOBase):
    def __init__(self, size_bytes: int, fetch: Fetch) -> None:
        self._size = size_bytes
        self._fetch = fetch
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as BufferedReader asks
        wanted = min(len(buffer), max(0, self._size - self._at))
        data = self._fetch(self._at, wanted) if wanted else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        before = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, before + place)
        return self._at

    def tell(self) -> int:
        return self._at
