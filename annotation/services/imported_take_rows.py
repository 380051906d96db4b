"""The rows of takes that come in: a recording, its text, and the masks that its words speak of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

import structlog
from django.contrib.auth.models import User
from django.utils import timezone

from annotation.models import (
    Caption,
    CaptionPart,
    Image,
    MaskCaption,
    Phrase,
    PhraseLink,
    Recording,
    RecordingChunk,
    Transcript,
)
from annotation.services.grounding import enqueue_grounding
from annotation.services.imported_sounds import StoredSound
from engine.datasets.voices import Voice

FIRST_YEAR: Final = 1970  # nobody spoke before, whatever files say
MAX_MAKER: Final = 100
Kind = Transcript.Kind
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """A take that is to be written, or comes back."""

    take_id: UUID
    origin: UUID  # its id where it was spoken
    image: Image
    voice: Voice
    speaker: User
    sound: StoredSound | None  # None: its text comes alone
    masks: Mapping[str, UUID]  # of the image, by the files' ids
    is_back: bool

    @property
    def mask_id(self) -> UUID | None:
        return self.masks[self.voice.mask] if self.voice.mask else None


def write_takes(due: Sequence[Due], *, members: Mapping[str, User], author: User) -> None:
    """Write takes whose sounds lie in the store, and have their words linked to masks."""
    takes = [_take(each) for each in due]
    Recording.objects.bulk_create(takes)
    RecordingChunk.objects.bulk_create(
        RecordingChunk(
            recording=take, number=0, sha256=each.sound.sha256, bytes=each.sound.size_bytes
        )
        for take, each in zip(takes, due, strict=True)
        if each.sound
    )
    makers = [members.get(each.voice.maker, author) for each in due]
    texts = [_text(*each) for each in zip(takes, due, makers, strict=True)]
    Transcript.objects.bulk_create(texts)
    links = [link for each in zip(due, texts, makers, strict=True) for link in _links(*each)]
    Phrase.objects.bulk_create(link.phrase for link in links)
    PhraseLink.objects.bulk_create(links)
    for text in texts:
        enqueue_grounding(transcript=text, created_by=author)
    heard = sum(each.sound is not None for each in due)
    log.info("takes_imported", count=len(takes), with_voice=heard)


def began_at(voice: Voice) -> datetime:
    """Return when a take was spoken, as far as that can be; else now."""
    now = timezone.now()
    try:
        told = datetime.fromisoformat(voice.recorded_at)
        aware = told if told.tzinfo else timezone.make_aware(told)
        told = aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return now
    return told if told.year >= FIRST_YEAR and told <= now else now


def built_upon(take_ids: Collection[UUID]) -> set[UUID]:
    """Return those takes of which people have made something: a text, a caption or a link."""
    texts = Transcript.objects.filter(recording__in=take_ids).values_list("pk", "recording")
    made = {take for pk, take in texts if pk != _text_id(take)}
    captions = Caption.objects.filter(recording__in=take_ids, withdrawn_at=None)
    made.update(take for take in captions.values_list("recording", flat=True) if take)
    for model in (CaptionPart, MaskCaption):
        rows = model.objects.filter(recording__in=take_ids)
        made.update(take for take in rows.values_list("recording", flat=True) if take)
    links = PhraseLink.objects.filter(
        author__isnull=False, phrase__transcript__recording__in=take_ids
    ).values_list("pk", "phrase__transcript", "phrase__first", "phrase__transcript__recording")
    made.update(take for pk, text, first, take in links if pk != _link_id(text, first))
    return made


def _text_id(take_id: UUID) -> UUID:
    return uuid5(take_id, "text")


def _link_id(transcript_id: UUID, first: int) -> UUID:
    return uuid5(transcript_id, f"link {first}")


def _take(due: Due) -> Recording:
    words, sound = due.voice.narrative.utterances, due.sound
    return Recording(
        pk=due.take_id,
        origin=due.origin,
        image=due.image,
        mask_id=due.mask_id,
        user=due.speaker,
        mime=sound.mime if sound else "",
        state=Recording.State.TRANSCRIBED,
        duration_s=sound.duration_s if sound else max((word.end_s for word in words), default=0.0),
        trace=_trace(due) if sound else [],
        created_at=began_at(due.voice),
    )


def _trace(due: Due) -> list[dict[str, Any]]:
    height, width = due.image.size_hw
    points = (point for stroke in due.voice.narrative.traces for point in stroke)
    kind = Recording.TraceKind.MOVE.value
    return [
        {"t": point.t, "x": point.x * width, "y": point.y * height, "kind": kind}
        for point in points
    ]


def _text(take: Recording, due: Due, maker: User) -> Transcript:
    is_corrected = due.voice.is_corrected
    return Transcript(
        pk=_text_id(take.pk),
        recording=take,
        kind=Kind.CORRECTED if is_corrected else Kind.RAW,
        text=due.voice.narrative.caption,
        words=[
            {"text": word.text, "start_s": word.start_s, "end_s": word.end_s, "probability": None}
            for word in due.voice.narrative.utterances
        ],
        model="" if is_corrected else due.voice.maker[:MAX_MAKER],
        author=maker if is_corrected else None,
    )


def _links(due: Due, text: Transcript, maker: User) -> list[PhraseLink]:
    """Return which masks words were said of, as people confirmed it; what they name is found later.

    Of a take about one mask no word needs a link.
    """
    words = due.voice.words
    return [
        PhraseLink(
            pk=_link_id(text.pk, told.first),
            phrase=Phrase(
                transcript=text,
                first=told.first,
                end=told.end,
                text=" ".join(words[told.first : told.end]).strip() or "…",
                noun="",
                is_plural=False,
                is_definite=False,
                is_repeat=False,
            ),
            number=0,
            kind=PhraseLink.Kind.CONFIRMED,
            masks=masks,
            author=maker,
        )
        for told in (due.voice.phrases if due.mask_id is None else ())
        if (masks := [due.masks[each] for each in told.masks if each in due.masks])
    ]
