"""Recordings: numbered chunks in, then a transcript; the voice can go while the texts stay."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, Final
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation import jobs, storage
from annotation.errors import DomainError, IdTakenError, InvalidInputError, NotAllowedError
from annotation.models import (
    Image,
    Mask,
    Membership,
    Recording,
    RecordingChunk,
)
from annotation.selectors.descriptions import has_consented
from annotation.services.jobs import enqueue_job
from annotation.services.kept_exports import drop_closed_exports
from annotation.services.live_transcripts import ask_to_hear
from annotation.services.voices import (
    VoiceDeletedError,
    audio_key,
    drop_if_deleted,
    forget_voice,
)

MAX_CHUNK_BYTES: Final = 8 * 1024**2
MIME_TYPES: Final = (
    "audio/webm",
    "audio/webm;codecs=opus",
    "audio/ogg",
    "audio/ogg;codecs=opus",
    "audio/mp4",
    "audio/wav",
)
State = Recording.State
log = structlog.get_logger(__name__)


class ConsentNeededError(NotAllowedError):
    """The person has not agreed to being recorded."""

    code = "consent_needed"


class MaskNotSavedError(DomainError):
    """The take is about a mask that has not arrived; the same take may come again once it has."""

    code = "mask_not_saved"


class ChunkConflictError(DomainError):
    """That number is taken by other bytes, or belongs to a take that is complete."""

    code = "chunk_conflict"


class ChunksMissingError(DomainError):
    """Some chunks have not arrived; `missing` numbers them."""

    code = "chunks_missing"


def start_recording(
    *, recording_id: UUID, image: Image, user: User, mime: str, mask_id: UUID | None = None
) -> Recording:
    """Begin a take, of the image or of one of its masks. The same id again returns the same take.

    Raises:
        MaskNotSavedError: speech may be faster than the save of what was just drawn.

    """
    if not has_consented(user):
        raise ConsentNeededError("Agree to voice recording before the first take.")
    if mask_id is not None:
        _check_mask(mask_id, image)
    recording, _ = Recording.objects.get_or_create(
        pk=recording_id,
        defaults={"image": image, "user": user, "mime": mime, "mask_id": mask_id},
    )
    told = (recording.image_id, recording.user_id, recording.mask_id)
    if told != (image.pk, user.pk, mask_id):
        raise IdTakenError("Another recording has this id.")
    return recording


def save_chunk(
    *, recording: Recording, user: User, number: int, data: bytes, sha256: str
) -> RecordingChunk:
    """Keep one chunk of audio: bytes first, row last, so that a row promises its bytes."""
    _refuse_others(recording, user)
    if not 0 < len(data) <= MAX_CHUNK_BYTES:
        raise InvalidInputError(
            f"A chunk is 1 to {MAX_CHUNK_BYTES} bytes; this one is {len(data)}.", field="body"
        )
    if hashlib.sha256(data).hexdigest() != sha256.lower():
        raise InvalidInputError(
            "The bytes that arrived do not have this sha256; send the chunk again.",
            field="X-Content-SHA256",
        )
    if recording.voice_deleted_at is not None:
        raise VoiceDeletedError("The voice of this take was deleted; it takes no more.")
    known = RecordingChunk.objects.filter(recording=recording, number=number).first()
    if known is None:
        if recording.state != State.UPLOADING:
            raise ChunkConflictError("The recording is complete; it takes no more chunks.")
        # Two sends of one number at once write one object each, under its own digest.
        storage.put_bytes(chunk_key(recording, number, sha256.lower()), data, recording.mime)
        known, _ = RecordingChunk.objects.get_or_create(
            recording=recording,
            number=number,
            defaults={"sha256": sha256.lower(), "bytes": len(data)},
        )
        drop_if_deleted(recording)
        ask_to_hear(recording_id=recording.pk, number=number)
    if known.sha256 != sha256.lower():
        raise ChunkConflictError(f"Chunk {number} has arrived already, with other bytes.")
    return known


@transaction.atomic
def complete_recording(
    *,
    recording: Recording,
    user: User,
    chunks: int,
    duration_s: float,
    trace: Sequence[Mapping[str, Any]],
    cuts: Sequence[Mapping[str, float]] = (),
) -> Recording:
    """Close the take once chunks 0 to n - 1 are in, and have it transcribed.

    Cuts are what the speaker took back: they stay in the audio, and nobody hears them.
    """
    _refuse_others(recording, user)
    locked = Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)
    if locked.voice_deleted_at is not None:
        raise VoiceDeletedError("The voice of this take was deleted; there is nothing to hear.")
    if locked.state != State.UPLOADING:
        return locked
    arrived = set(locked.chunks.values_list("number", flat=True))
    missing = sorted(set(range(chunks)) - arrived)
    if missing:
        raise ChunksMissingError(
            f"{len(missing)} of {chunks} chunks have not arrived.", missing=missing[:1000]
        )
    locked.state = State.TRANSCRIBING
    locked.duration_s = duration_s
    locked.trace = [dict(point) for point in trace]
    locked.cuts = [dict(cut) for cut in sorted(cuts, key=lambda cut: cut["start_s"])]
    locked.save(update_fields=["state", "duration_s", "trace", "cuts"])
    enqueue_job(
        kind=jobs.TRANSCRIBE,
        project=locked.image.project,
        args={"recording_id": str(locked.pk)},
        created_by=user,
        idempotency_key=f"transcribe:{locked.pk}",
    )
    return locked


def join_chunks(recording: Recording, out: IO[bytes]) -> None:
    """Write the whole audio, checked chunk by chunk; keep it as one object for playback, too."""
    for data in read_chunks(recording, recording.chunks.order_by("number")):
        out.write(data)
    storage.put_private(audio_key(recording), out, recording.mime.partition(";")[0])
    drop_if_deleted(recording)


def read_chunks(recording: Recording, chunks: Iterable[RecordingChunk]) -> Iterator[bytes]:
    """Yield what these chunks hold, each checked. They decode only from the first on, in order."""
    for chunk in chunks:
        data = storage.get_bytes(chunk_key(recording, chunk.number, chunk.sha256))
        if hashlib.sha256(data).hexdigest() != chunk.sha256:
            raise DomainError(f"Chunk {chunk.number} of the recording is damaged in the store.")
        yield data


def delete_voice(*, recording: Recording, by: User, role: str) -> None:
    """Delete audio and pointer trace for good; the texts stay. Safe to repeat."""
    _refuse_bystanders(recording, by, role)
    forget_voice(recording)
    drop_closed_exports()
    log.info("voice_deleted", recording_id=str(recording.pk), by=by.pk)


def remove_recording(*, recording: Recording, by: User, role: str) -> None:
    """Put a take in the trash: it leaves the list and the dataset; its bytes and texts stay.

    Chunks that are still on their way arrive as before.
    """
    _refuse_bystanders(recording, by, role)
    Recording.objects.filter(pk=recording.pk, deleted_at=None).update(deleted_at=Now())
    log.info("recording_removed", recording_id=str(recording.pk), by=by.pk)


def restore_recording(*, recording: Recording, by: User, role: str) -> None:
    """Bring a take back from the trash."""
    _refuse_bystanders(recording, by, role)
    Recording.objects.filter(pk=recording.pk).update(deleted_at=None, is_undone=False)
    log.info("recording_restored", recording_id=str(recording.pk), by=by.pk)


def chunk_key(recording: Recording, number: int, sha256: str) -> str:
    return f"recordings/{recording.pk}/{number}-{sha256[:16]}"


def _check_mask(mask_id: UUID, image: Image) -> None:
    mask = Mask.objects.filter(pk=mask_id).only("image_id").first()
    if mask is None:
        raise MaskNotSavedError("The mask that this take is about is not saved yet.")
    if mask.image_id != image.pk:
        raise InvalidInputError("The image has no such mask.", field="mask")


def _refuse_bystanders(recording: Recording, by: User, role: str) -> None:
    if recording.user_id != by.pk and role != Membership.Role.MANAGER:
        raise NotAllowedError("Only the speaker or a manager of the project may do this.")


def _refuse_others(recording: Recording, user: User) -> None:
    if recording.user_id != user.pk:
        raise NotAllowedError("This is another person's recording.")
