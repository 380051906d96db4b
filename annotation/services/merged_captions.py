"""Merged captions: the words of several people in one text that keeps who said what.

What somebody else said is taken over as it stands, by naming its row: nobody writes in another's
name. Whoever changes words writes them anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from annotation.errors import InvalidInputError
from annotation.models import Caption, CaptionPart, Image, Recording, Transcript
from annotation.selectors.descriptions import captions_of
from annotation.selectors.said import parts_of
from annotation.services.caption_proposals import settle_caption_proposals
from annotation.services.captions import Seen, check_newest, known_caption

JOINT: Final = " "
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CaptionWords:
    """Take over part `number` of a caption."""

    caption: UUID
    number: int


@dataclass(frozen=True, slots=True)
class TranscriptWords:
    """Take over what was said in a take."""

    transcript: UUID


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What the person who merges says or writes."""

    text: str
    recording: UUID | None


Words = CaptionWords | TranscriptWords | OwnWords


@transaction.atomic
def merge_caption(
    *,
    caption_id: UUID,
    image: Image,
    author: User,
    base: UUID | None,
    words: Sequence[Words],
    seconds: float | None = None,
) -> Caption:
    """Append a caption made of parts. The same id again returns the same row.

    `base` is the newest caption as the person saw it. The lock on the image's row keeps two people
    from adding to the same one: the second gets StaleCaptionError and loses nothing of the first.
    """
    Image.objects.select_for_update().get(pk=image.pk)
    if (known := known_caption(caption_id, image)) is not None:
        return known
    check_newest(image, Seen(base))
    parts = [_part(each, image, author) for each in words]
    own = [part.recording_id for part in parts if part.author == author and part.recording_id]
    caption = Caption.objects.create(
        pk=caption_id,
        image=image,
        author=author,
        recording_id=own[-1] if own else None,
        text=JOINT.join(part.text for part in parts),
        seconds=seconds,
    )
    for number, part in enumerate(parts):
        part.caption, part.number = caption, number
    CaptionPart.objects.bulk_create(parts)
    settle_caption_proposals(caption=caption, chosen=None)
    log.info("caption_merged", caption_id=str(caption_id), image_id=image.pk, parts=len(parts))
    return caption


def _part(words: Words, image: Image, author: User) -> CaptionPart:
    match words:
        case CaptionWords():
            return _from_caption(words, image)
        case TranscriptWords():
            return _from_transcript(words, image)
        case OwnWords():
            return _own(words, image, author)


def _from_caption(words: CaptionWords, image: Image) -> CaptionPart:
    caption = captions_of(image.pk).filter(pk=words.caption).first()
    parts = parts_of(caption) if caption else []
    if words.number >= len(parts):
        raise InvalidInputError("This image has no caption with such a part.", field="parts")
    found = parts[words.number]
    return CaptionPart(
        author=found.author,
        bundle_id=found.bundle_id,
        recording_id=found.recording_id,
        text=found.text,
    )


def _from_transcript(words: TranscriptWords, image: Image) -> CaptionPart:
    spoken = Transcript.objects.filter(
        pk=words.transcript, recording__image=image, recording__mask=None
    )
    transcript = spoken.select_related("recording__user").first()
    if transcript is None or not transcript.text.strip():
        raise InvalidInputError("This image has no transcript with such words.", field="parts")
    take = transcript.recording
    return CaptionPart(author=take.user, recording=take, text=transcript.text.strip())


def _own(words: OwnWords, image: Image, author: User) -> CaptionPart:
    if words.recording is not None:
        own = Recording.objects.filter(pk=words.recording, image=image, mask=None, user=author)
        if not own.exists():
            raise InvalidInputError("This is no recording of yours of this image.", field="parts")
    return CaptionPart(author=author, recording_id=words.recording, text=words.text)
