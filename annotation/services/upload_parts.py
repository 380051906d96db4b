"""What the store has of a file that is sent in parts, and where the rest goes."""

from dataclasses import dataclass
from math import ceil

from annotation import storage
from annotation.models import Upload


@dataclass(frozen=True, slots=True)
class Part:
    """Where to PUT one range of the file, from_byte up to but not including to_byte.

    The address takes exactly these bytes.
    """

    number: int  # from 1
    url: str
    from_byte: int
    to_byte: int


def are_aborted(upload: Upload) -> bool:
    """Tell whether parts were begun that the store knows no more, and that nobody has joined."""
    if not upload.multipart_id:
        return False
    key = storage.upload_key(upload.pk)
    try:
        storage.list_parts(key, upload.multipart_id)
    except storage.ObjectMissingError:
        return not storage.exists(key)
    return False


def arrived_parts(upload: Upload) -> dict[int, str]:
    """Return the parts in the store, number to ETag; "" where that is not known."""
    key = storage.upload_key(upload.pk)
    if upload.multipart_id:
        try:
            parts = storage.list_parts(key, upload.multipart_id)
            return {number: bare_etag(etag) for number, etag in parts.items()}
        except storage.ObjectMissingError:  # joined already, or never begun
            whole = storage.exists(key)
            return dict.fromkeys(range(1, count_parts(upload) + 1), "") if whole else {}
    try:
        return {1: ""} if storage.size(key) == upload.bytes else {}
    except storage.ObjectMissingError:
        return {}


def count_parts(upload: Upload) -> int:
    return max(1, ceil(upload.bytes / storage.PART_BYTES))


def part_of(upload: Upload, number: int) -> Part:
    key = storage.upload_key(upload.pk)
    from_byte = (number - 1) * storage.PART_BYTES
    to_byte = min(upload.bytes, from_byte + storage.PART_BYTES)
    return Part(
        number=number,
        url=(
            storage.presign_part(key, upload.multipart_id, number, to_byte - from_byte)
            if upload.multipart_id
            else storage.presign_put(key, to_byte - from_byte)
        ),
        from_byte=from_byte,
        to_byte=to_byte,
    )


def bare_etag(etag: str) -> str:
    return etag.strip().strip('"')
