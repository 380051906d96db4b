"""Hear what a recording says: while it is spoken piece by piece, and once it is whole."""

from dataclasses import asdict, replace
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

import structlog
from django.conf import settings

from annotation.models import LiveTranscript, Recording
from annotation.selectors.live_transcripts import chunks_without_gap, live_of
from annotation.selectors.vocabulary import vocabulary_of
from annotation.services.audio_clock import follow_audio
from annotation.services.jobs import fenced
from annotation.services.live_transcripts import end_hearing, save_heard
from annotation.services.peaks import COUNT, keep_peaks
from annotation.services.recordings import join_chunks, read_chunks
from annotation.services.scratch import nameless_file
from annotation.services.transcripts import save_raw_transcript
from engine.media.audio import decode_audio
from engine.media.decoded import decode_to_file
from engine.media.errors import MediaError
from engine.media.peaks import peaks_of
from engine.speech.live import Heard, hear_on
from engine.speech.silence import RATE_HZ, Span
from engine.speech.sound import SilencedSound, Sound
from engine.speech.transcribe import load_transcriber
from engine.speech.transcript import Dropped, RawTranscript, Transcriber, Word
from engine.speech.whole import hear_to_the_end
from workers.lease import Lease

NAMESPACE = UUID("2f9d1f0e-6a6f-4b7b-9a3c-51f6f2a7c9d4")

# A pass reads and decodes a take from its start. Ten minutes on, nobody watches the words any more.
MOST_LIVE_CHUNKS: Final = 300
MOST_LIVE_S: Final = 1500.0  # of chunks that have two to five seconds
log = structlog.get_logger(__name__)


def transcribe(lease: Lease) -> None:
    """Transcribe one take. A transcript's id follows from its take and model: no second one."""
    recording = Recording.objects.get(pk=str(lease.claim.args["recording_id"]))
    if recording.voice_deleted_at is not None:
        raise ValueError("The voice was deleted before it could be transcribed.")
    lease.report(0, 1, "Joining the audio")
    with nameless_file() as samples:
        with nameless_file() as stored:
            join_chunks(recording, stored)
            sound = decode_to_file(stored, samples)
        audio_s = sound.size / RATE_HZ
        peaks = peaks_of(sound, COUNT)
        keep_peaks(recording=recording, peaks=peaks, duration_s=audio_s)
        recording = follow_audio(recording_id=recording.pk, audio_s=audio_s)
        heard = _hear_whole(lease, recording, sound)
    with fenced(lease.claim):
        save_raw_transcript(
            recording=recording,
            transcript_id=uuid5(NAMESPACE, f"{recording.pk} {heard.model}"),
            text=heard.text,
            words=[asdict(word) for word in heard.words],
            dropped=[asdict(each) for each in heard.dropped],
            model=heard.model,
        )


def _hear_whole(lease: Lease, recording: Recording, sound: Sound) -> RawTranscript:
    """Hear a take but for what was taken back, and show how far it has come."""
    total_s = ceil(sound.size / RATE_HZ)

    def show(done_s: float) -> None:
        lease.report(int(done_s), total_s, "Transcribing")

    show(0)
    cuts = [Span(cut["start_s"], cut["end_s"]) for cut in recording.cuts]
    live = LiveTranscript.objects.filter(recording=recording).first()
    return hear_to_the_end(
        _transcriber(),
        SilencedSound(sound, cuts),
        _uncut(_heard(live), cuts),
        vocabulary=vocabulary_of(recording.image),
        report=show,
    )


def hear(recording_id: str) -> None:
    """Hear what has arrived of a take, as far as it is new."""
    live = live_of(recording_id)
    if live is None:
        return
    chunks = chunks_without_gap(recording_id)
    if not live.chunks < len(chunks) <= MOST_LIVE_CHUNKS:
        end_hearing(recording_id=live.pk)
        return
    recording = Recording.objects.select_related("image").get(pk=live.pk)
    try:
        data = b"".join(read_chunks(recording, chunks))
        audio = decode_audio(data, max_seconds=MOST_LIVE_S)
    except MediaError as error:  # a beginning may hold no sound yet; the whole take tells
        log.info("not_heard_yet", recording_id=recording_id, reason=str(error))
        end_hearing(recording_id=live.pk)
        return
    vocabulary = vocabulary_of(recording.image)
    heard = hear_on(_transcriber(), audio, _heard(live), vocabulary=vocabulary)
    save_heard(recording_id=live.pk, heard=asdict(heard), chunks=len(chunks))


def _heard(live: LiveTranscript | None) -> Heard | None:
    if live is None or live.heard is None:
        return None
    return Heard(
        settled=[Word(**word) for word in live.heard["settled"]],
        settled_until_s=live.heard["settled_until_s"],
        open=[Word(**word) for word in live.heard["open"]],
        dropped=[Dropped(**each) for each in live.heard["dropped"]],
        model=live.heard["model"],
    )


def _uncut(heard: Heard | None, cuts: list[Span]) -> Heard | None:
    """Leave out the words that were taken back after they had been heard."""
    if heard is None:
        return None

    def is_kept(word: Word) -> bool:
        middle_s = (word.start_s + word.end_s) / 2
        return not any(cut.start_s <= middle_s < cut.end_s for cut in cuts)

    settled, still_open = ([w for w in ws if is_kept(w)] for ws in (heard.settled, heard.open))
    return replace(heard, settled=settled, open=still_open)


@lru_cache(maxsize=1)
def _transcriber() -> Transcriber:
    language = settings.SPEECH_LANGUAGE
    checkpoint = Path(settings.WHISPER_CHECKPOINT)
    return load_transcriber(checkpoint, None if language == "auto" else language)
