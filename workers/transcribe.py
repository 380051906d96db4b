"""Hear what a recording says: join its chunks, decode, transcribe, keep the raw transcript."""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid5

from django.conf import settings

from annotation.models import Recording
from annotation.services.jobs import fenced
from annotation.services.recordings import join_chunks, save_raw_transcript
from engine.media.audio import decode_audio
from engine.speech.silence import Span, silenced
from engine.speech.transcribe import Transcriber, load_transcriber
from workers.lease import Lease

NAMESPACE = UUID("2f9d1f0e-6a6f-4b7b-9a3c-51f6f2a7c9d4")


def transcribe(lease: Lease) -> None:
    """Transcribe one take. A transcript's id follows from its take and model: no second one."""
    recording = Recording.objects.get(pk=str(lease.claim.args["recording_id"]))
    if recording.voice_deleted_at is not None:
        raise ValueError("The voice was deleted before it could be transcribed.")
    lease.report(0, 2, "Joining the audio")
    cuts = [Span(cut["start_s"], cut["end_s"]) for cut in recording.cuts]
    audio = silenced(decode_audio(join_chunks(recording)), cuts)
    lease.report(1, 2, "Transcribing")
    heard = _transcriber().transcribe(audio)
    with fenced(lease.claim):
        save_raw_transcript(
            recording=recording,
            transcript_id=uuid5(NAMESPACE, f"{recording.pk} {heard.model}"),
            text=heard.text,
            words=[asdict(word) for word in heard.words],
            model=heard.model,
        )


@lru_cache(maxsize=1)
def _transcriber() -> Transcriber:
    return load_transcriber(Path(settings.WHISPER_CHECKPOINT))
