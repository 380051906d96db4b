"""The headers of an untrusted tar, in their order: nothing is unpacked."""

import tarfile
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

_HEADER_BYTES: Final = 2**16  # names and attributes of one file; tarfile has no limit of its own
BROKEN: Final = (tarfile.TarError, OSError, EOFError, ValueError, OverflowError, LookupError)


def iter_headers(file: BinaryIO) -> Iterator[tarfile.TarInfo]:
    """Yield the header of each file, folder, link and device.

    Raises:
        tarfile.TarError, OSError, ValueError: as tarfile does, or it does not end where it should.

    """
    headers = _Headers(file)
    with tarfile.open(
        fileobj=cast("BinaryIO", headers), mode="r:", encoding="utf-8", errors="replace"
    ) as tar:
        while (info := tar.next()) is not None:
            tar.members = []  # type: ignore[attr-defined]  # or else it keeps them all
            headers.left_bytes = _HEADER_BYTES  # for the next
            yield info
        file.seek(tar.offset)  # tarfile takes a broken header for the end
        if file.read(tarfile.BLOCKSIZE).strip(b"\0"):
            raise tarfile.ReadError("a header is broken")


def is_plain(info: tarfile.TarInfo) -> bool:
    """Tell whether it is a file whose bytes lie there as they are."""
    kinds = {tarfile.REGTYPE, tarfile.AREGTYPE}
    return info.type in kinds and not info.issparse() and info.size >= 0


class _Headers:
    """A file of which tarfile reads headers alone, from its start to its end.

    A header may say that it goes on for gigabytes, or lead back to where it was.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._reached = 0
        self.left_bytes = _HEADER_BYTES

    def read(self, size: int) -> bytes:
        if not 0 <= size <= self.left_bytes:
            raise tarfile.ReadError(f"a header of over {_HEADER_BYTES} bytes")
        self.left_bytes -= size
        data = self._file.read(size)
        self._reached = self._file.tell()
        return data

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, place: int) -> None:
        if place < self._reached - 1:  # tarfile reads one byte before the next header
            raise tarfile.ReadError("a header that leads back")
        self._file.seek(place)
