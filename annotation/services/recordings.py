"""Recordings: numbered chunks in, then a transcript; the voice can go while the texts stay."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, Final
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from annotation import jobs, storage
from annotation.errors import DomainError, IdTakenError, InvalidInputError, NotAllowedError
from annotation.models import (
    Image,
    LiveTranscript,
    Mask,
    Membership,
    Recording,
    RecordingChunk,
    Transcript,
)
from annotation.selectors.descriptions import has_consented
from annotation.services.grounding import enqueue_grounding, forget_places
from annotation.services.jobs import enqueue_job
from annotation.services.kept_exports import close_voiced_exports, drop_closed_exports
from annotation.services.live_transcripts import ask_to_hear

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


class VoiceDeletedError(DomainError):
    """The voice of the take was deleted; what still comes of it is not kept."""

    code = "voice_deleted"


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
        storage.put_bytes(_chunk_key(recording, number, sha256.lower()), data, recording.mime)
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
    locked = Recording.objects.select_for_update().get(pk=recording.pk)
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
        data = storage.get_bytes(_chunk_key(recording, chunk.number, chunk.sha256))
        if hashlib.sha256(data).hexdigest() != chunk.sha256:
            raise DomainError(f"Chunk {chunk.number} of the recording is damaged in the store.")
        yield data


@transaction.atomic
def save_raw_transcript(
    *,
    recording: Recording,
    transcript_id: UUID,
    text: str,
    words: Sequence[Mapping[str, Any]],
    model: str,
    dropped: Sequence[Mapping[str, Any]] = (),
) -> Transcript:
    """Keep what the model heard, and what was dropped of it. The same id again changes nothing."""
    transcript, _ = Transcript.objects.get_or_create(
        pk=transcript_id,
        defaults={
            "recording": recording,
            "kind": Transcript.Kind.RAW,
            "text": text,
            "words": [dict(word) for word in words],
            "dropped": [dict(each) for each in dropped],
            "model": model,
        },
    )
    LiveTranscript.objects.filter(recording=recording).delete()
    Recording.objects.filter(pk=recording.pk).update(state=State.TRANSCRIBED, error="")
    enqueue_grounding(transcript=transcript, created_by=recording.user)
    return transcript


@transaction.atomic
def correct_transcript(
    *,
    transcript_id: UUID,
    recording: Recording,
    author: User,
    text: str,
    words: Sequence[Mapping[str, Any]],
    seconds: float,
) -> Transcript:
    """Append a corrected transcript. The same id again returns the same row."""
    transcript, _ = Transcript.objects.get_or_create(
        pk=transcript_id,
        defaults={
            "recording": recording,
            "kind": Transcript.Kind.CORRECTED,
            "text": text,
            "words": [dict(word) for word in words],
            "author": author,
            "seconds": seconds,
        },
    )
    if transcript.recording_id != recording.pk:
        raise IdTakenError("Another transcript has this id.")
    enqueue_grounding(transcript=transcript, created_by=author)
    return transcript


def delete_voice(*, recording: Recording, by: User, role: str) -> None:
    """Delete audio and pointer trace for good; the texts stay. Safe to repeat."""
    _refuse_bystanders(recording, by, role)
    mark_voice_deleted(recording)
    delete_audio(recording)
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
    Recording.objects.filter(pk=recording.pk).update(deleted_at=None)
    log.info("recording_restored", recording_id=str(recording.pk), by=by.pk)


def mark_voice_deleted(recording: Recording) -> None:
    """Note that audio and pointer trace are gone, and what was cut of them."""
    mark_voices_deleted(Recording.objects.filter(pk=recording.pk))


@transaction.atomic
def mark_voices_deleted(recordings: QuerySet[Recording]) -> int:
    """Delete the pointer traces, and let nobody hear the takes any more; return how many.

    Exports that may hold them are closed.
    """
    forget_places(recordings)
    LiveTranscript.objects.filter(recording__in=recordings.values("pk")).delete()
    with_voice = recordings.filter(voice_deleted_at=None)
    close_voiced_exports(with_voice)
    return with_voice.update(voice_deleted_at=Now(), trace=[], cuts=[])


def delete_audio(recording: Recording) -> None:
    """Delete every object of a take from the store. Safe to repeat."""
    arrived = list(recording.chunks.values_list("pk", flat=True))
    for key in storage.list_keys(f"recordings/{recording.pk}/"):
        storage.delete(key)
    # Last: they tell what is left to do. One that came meanwhile has bytes, and stays.
    RecordingChunk.objects.filter(pk__in=arrived).delete()


def drop_if_deleted(recording: Recording) -> None:
    """Delete what was stored just now if the voice was deleted while it was on its way."""
    if Recording.objects.filter(pk=recording.pk, voice_deleted_at__isnull=False).exists():
        delete_audio(recording)
        raise VoiceDeletedError("The voice of this take was deleted meanwhile.")


def audio_key(recording: Recording) -> str:
    return f"recordings/{recording.pk}/audio"


def _chunk_key(recording: Recording, number: int, sha256: str) -> str:
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
