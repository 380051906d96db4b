"""How a take sounds that an import brings: checked, and stored as one that was spoken here."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from annotation import storage
from annotation.models import Recording
from annotation.services.peaks import COUNT, keep_peaks
from annotation.services.recordings import chunk_key
from annotation.services.scratch import nameless_file
from annotation.services.voices import audio_key
from engine.media.audio import RATE_HZ, mime_type_of
from engine.media.decoded import decode_to_file
from engine.media.peaks import peaks_of


@dataclass(frozen=True, slots=True)
class StoredSound:
    """A take's audio that lies in the store, decoded once from its beginning to its end."""

    mime: str
    sha256: str
    size_bytes: int
    duration_s: float


def store_sound(take_id: UUID, data: bytes) -> StoredSound:
    """Keep a sound as a take of one chunk is kept. No row is written.

    Raises:
        MediaError: it is none that a take may have, or is too long.
        StorageUnavailableError: it could not be stored.

    """
    mime = mime_type_of(data)
    with nameless_file() as samples:
        decoded = decode_to_file(BytesIO(data), samples)
        duration_s = decoded.size / RATE_HZ
        peaks = peaks_of(decoded, COUNT)
    sha256 = hashlib.sha256(data).hexdigest()
    take = Recording(pk=take_id, mime=mime)
    storage.put_bytes(chunk_key(take, 0, sha256), data, mime)
    storage.put_private(audio_key(take), BytesIO(data), mime)
    keep_peaks(recording=take, peaks=peaks, duration_s=duration_s)
    return StoredSound(mime, sha256, len(data), duration_s)
