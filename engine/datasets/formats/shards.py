"""Files inside an untrusted tar, in their order: nothing is unpacked, and no link is followed.

A tar is not packed, so what is read of it is never more than the tar itself has.
"""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source

MAX_MEMBERS: Final = 100_000
_HEADER_BYTES: Final = 2**16  # names and attributes of one file; tarfile has no limit of its own
_BROKEN: Final = (tarfile.TarError, OSError, EOFError, ValueError, OverflowError, LookupError)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a tar and where its bytes are."""

    name: str
    start: int
    size_bytes: int


class Shard:
    """One tar of a source."""

    def __init__(self, source: Source, name: str) -> None:
        self.name = name
        self._source = source
        self._file: BinaryIO | None = None  # while its members are gone through

    def members(self) -> Iterator[Member]:
        """Yield all plain files.

        Raises:
            DatasetError: it is no tar, is cut short, or has too many files.

        """
        with self._source.file(self.name) as file:
            self._file = file
            try:
                headers = _Headers(file)
                as_file = cast("BinaryIO", headers)
                with tarfile.open(fileobj=as_file, mode="r:", encoding="utf-8") as tar:
                    yield from self._plain(tar, headers)
            except DatasetError:
                raise
            except _BROKEN as error:
                raise DatasetError(f"no tar: {str(error)[:100]}", file=self.name) from None
            finally:
                self._file = None

    def _plain(self, tar: tarfile.TarFile, headers: "_Headers") -> Iterator[Member]:
        for number, info in enumerate(tar):
            headers.left_bytes = _HEADER_BYTES  # for the next
            if number >= MAX_MEMBERS:
                raise DatasetError(f"has more than {MAX_MEMBERS} files", file=self.name)
            is_plain = info.type in {tarfile.REGTYPE, tarfile.AREGTYPE} and not info.issparse()
            if is_plain and info.size >= 0:
                yield Member(info.name, info.offset_data, info.size)

    def read(self, member: Member, limit_bytes: int) -> bytes:
        """Return the bytes of a file.

        Raises:
            DatasetError: they are too many, or not all there.

        """
        place = f"{self.name}: {member.name}"
        if member.size_bytes > limit_bytes:
            raise DatasetError(f"is longer than {limit_bytes} bytes", file=place)
        if self._file is None:
            with self._source.file(self.name) as file:
                data = _read(file, member)
        else:
            data = _read(self._file, member)
        if len(data) != member.size_bytes:
            raise DatasetError("is cut short", file=place)
        return data


def _read(file: BinaryIO, member: Member) -> bytes:
    file.seek(member.start)
    return file.read(member.size_bytes)


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
