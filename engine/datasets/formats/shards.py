"""Files inside an untrusted tar, in their order: nothing is unpacked, and no link is followed.

A tar is not packed, so what is read of it is never more than the tar itself has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.media.archive import DEFAULT_LIMITS
from engine.media.tar_headers import BROKEN, is_plain, iter_headers

MAX_MEMBERS: Final = DEFAULT_LIMITS.entries


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
                yield from self._plain(file)
            except DatasetError:
                raise
            except BROKEN as error:
                raise DatasetError(f"no tar: {str(error)[:100]}", file=self.name) from None
            finally:
                self._file = None

    def _plain(self, file: BinaryIO) -> Iterator[Member]:
        for number, info in enumerate(iter_headers(file)):
            if number >= MAX_MEMBERS:
                raise DatasetError(f"has more than {MAX_MEMBERS} files", file=self.name)
            if is_plain(info):
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
