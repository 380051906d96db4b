"""Where the messages of an untrusted Arrow stream lie: told by their headers, before Arrow reads.

Format: https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format. A header may say
that its body is unpacked to gigabytes: such, and what else `datasets` never writes, is refused.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

SCHEMA, BATCH = 1, 3
_CONTINUED: Final = 0xFFFFFFFF
_HEADER_BYTES: Final = 2**24  # of one message; that of a schema has all features
_PREFIX: Final = 8
# Places in Arrow's tables (format/Message.fbs).
_HEADER_TYPE, _HEADER, _BODY_BYTES, _COMPRESSION = 1, 2, 3, 3


class Message(NamedTuple):
    """One message of a stream."""

    kind: int
    start: int
    size_bytes: int


def iter_messages(file: BinaryIO, most_bytes: int) -> Iterator[Message]:
    """Yield schema and batches in their order.

    Raises:
        ValueError, struct.error: it is no such stream, is cut short, or has what is refused.

    """
    end = file.seek(0, 2)
    place = 0
    while place < end:
        file.seek(place)
        continued, header_bytes = struct.unpack("<Ii", file.read(_PREFIX))
        if continued != _CONTINUED or not 0 <= header_bytes <= _HEADER_BYTES:
            raise ValueError("a message is broken")
        if header_bytes == 0:
            return
        kind, body_bytes = _told(file.read(header_bytes))
        size_bytes = _PREFIX + header_bytes + body_bytes
        if not 0 <= body_bytes <= most_bytes:
            raise ValueError(f"a batch of rows of over {most_bytes} bytes")
        if place + size_bytes > end:
            raise ValueError("it is cut short")
        yield Message(kind, place, size_bytes)
        place += size_bytes


def _told(header: bytes) -> tuple[int, int]:
    """Return which kind of message it is, and how long its body."""
    message = struct.unpack_from("<I", header)[0]
    kind_at = _field(header, message, _HEADER_TYPE)
    kind = header[kind_at] if kind_at else 0
    if kind not in {SCHEMA, BATCH}:
        raise ValueError("it has dictionaries, which are not read: save it with plain columns")
    body_at = _field(header, message, _BODY_BYTES)
    body_bytes = struct.unpack_from("<q", header, body_at)[0] if body_at else 0
    header_at = _field(header, message, _HEADER)
    if kind == BATCH and header_at:
        batch = header_at + struct.unpack_from("<I", header, header_at)[0]
        if _field(header, batch, _COMPRESSION):
            raise ValueError("it is packed inside: save it without compression")
    return kind, body_bytes


def _field(header: bytes, table: int, number: int) -> int:
    """Return where a field of a table of FlatBuffers lies, 0 if it is left out."""
    fields = table - struct.unpack_from("<i", header, table)[0]
    at = 4 + 2 * number
    if fields < 0 or at >= struct.unpack_from("<H", header, fields)[0]:
        return 0
    offset: int = struct.unpack_from("<H", header, fields + at)[0]
    return table + offset if offset else 0
