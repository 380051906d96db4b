"""Captions: the clean text of an image, or of a mask. Append-only; the newest counts."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotation.errors import DomainError, IdTakenError, InvalidInputError
from annotation.models import (
    Caption,
    CaptionProposal,
    Image,
    Mask,
    MaskCaption,
    Recording,
    Shortening,
)
from annotation.selectors.descriptions import captions_of
from annotation.services.caption_proposals import (
    reopen_caption_proposal,
    settle_caption_proposals,
)
from engine.speech.clean import clean_caption
from engine.speech.compare import Comparison, compare

log = structlog.get_logger(__name__)


class CaptionBuiltUponError(DomainError):
    """Another caption came after the one that is to be taken back."""

    code = "caption_built_upon"


class StaleCaptionError(DomainError):
    """Somebody saved another caption meanwhile; `newest` is its id."""

    code = "stale_caption"


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest caption of an image as a person saw it; None: there was none."""

    caption: UUID | None


@dataclass(frozen=True, slots=True)
class Making:
    """How a caption came about."""

    seconds: float | None = None  # active, since the image was seen; None: not measured
    proposal: UUID | None = None  # what its author began with
    shortening: UUID | None = None  # the same, where a model had shortened what was said


UNMEASURED: Final = Making()


@transaction.atomic
def save_caption(
    *,
    caption_id: UUID,
    image: Image,
    author: User,
    text: str,
    recording_id: UUID | None = None,
    making: Making = UNMEASURED,
    seen: Seen | None = None,
) -> Caption:
    """Append a caption. The same id again returns the same row.

    A proposal that is taken over word for word stays its bundle's, accepted by the author.

    Raises:
        StaleCaptionError: it is told what the author saw, and that is not the newest any more.

    """
    Image.objects.select_for_update().get(pk=image.pk)
    if (known := known_caption(caption_id, image)) is not None:
        return known
    if seen is not None:
        check_newest(image, seen)
    if recording_id is not None and not _has_take(image, recording_id):
        raise InvalidInputError("This image has no such recording.", field="recording")
    if making.shortening is not None and not _has_shortening(image, making.shortening):
        raise InvalidInputError("This image has no such shortening.", field="shortening")
    chosen = _chosen(making.proposal, image)
    is_untouched = chosen is not None and recording_id is None and text == chosen.text
    caption = Caption.objects.create(
        pk=caption_id,
        image=image,
        author=author,
        text=text,
        recording_id=recording_id,
        bundle_id=chosen.bundle_id if chosen and is_untouched else None,
        proposal=chosen,
        shortening_id=making.shortening,
        seconds=making.seconds,
    )
    settle_caption_proposals(caption=caption, chosen=chosen)
    return caption


@transaction.atomic
def withdraw_caption(*, caption: Caption) -> Caption:
    """Take a caption back: the one before counts again, and the proposal that it answered waits.

    The row stays, as a tombstone. Only the newest can be taken back: others build on it else.
    """
    Image.objects.select_for_update().get(pk=caption.image_id)
    held = Caption.objects.get(pk=caption.pk)
    if held.withdrawn_at is not None:
        return held
    newest = captions_of(held.image_id).first()
    if newest is None or newest.pk != held.pk:
        raise CaptionBuiltUponError("Somebody has described this image since.")
    held.withdrawn_at = timezone.now()
    held.save(update_fields=["withdrawn_at"])
    reopen_caption_proposal(caption=held)
    log.info("caption_withdrawn", caption_id=str(held.pk), image_id=held.image_id)
    return held


def _chosen(proposal_id: UUID | None, image: Image) -> CaptionProposal | None:
    if proposal_id is None:
        return None
    shown = CaptionProposal.objects.filter(pk=proposal_id, image=image, is_shown=True)
    proposal = shown.first()
    if proposal is None:
        raise InvalidInputError("This image has no such proposal.", field="proposal")
    return proposal


def caption_mask(
    *, caption_id: UUID, mask: Mask, author: User, text: str, recording_id: UUID | None = None
) -> MaskCaption:
    """Append a mask's own caption; an empty one takes it away. The same id returns the same row.

    `recording_id` names the take about the mask in which it was spoken.
    """
    if recording_id is not None and not mask.recordings.filter(pk=recording_id).exists():
        raise InvalidInputError("No such recording is about this mask.", field="recording")
    caption, _ = MaskCaption.objects.get_or_create(
        pk=caption_id,
        defaults={
            "mask": mask,
            "author": author,
            "text": text.strip(),
            "recording_id": recording_id,
        },
    )
    if caption.mask_id != mask.pk:
        raise IdTakenError("Another caption has this id.")
    return caption


def clean_text(text: str) -> str:
    """Suggest a caption: the same words without fillers, repetitions and false starts."""
    return clean_caption(text)


def compare_texts(*, raw: str, clean: str) -> Comparison:
    """Name every content word that the clean text adds, and every one that it drops."""
    return compare(raw, clean)


def known_caption(caption_id: UUID, image: Image) -> Caption | None:
    """Return the caption of that id, which was sent before, or None.

    Raises:
        IdTakenError: it is another image's.

    """
    known = Caption.objects.filter(pk=caption_id).first()
    if known is not None and known.image_id != image.pk:
        raise IdTakenError("Another caption has this id.")
    return known


def check_newest(image: Image, seen: Seen) -> None:
    """Refuse to build on a caption that is not the newest any more. The image's row is locked."""
    newest = captions_of(image.pk).first()
    if (newest and newest.pk) != seen.caption:
        raise StaleCaptionError(
            "Somebody has described this image meanwhile.", newest=newest and str(newest.pk)
        )


def _has_take(image: Image, recording_id: UUID) -> bool:
    """Tell whether it is a take of the image; one about a mask alone describes no image."""
    return Recording.objects.filter(pk=recording_id, image=image, mask=None).exists()


def _has_shortening(image: Image, shortening_id: UUID) -> bool:
    own = Shortening.objects.filter(
        pk=shortening_id, transcript__recording__image=image, transcript__recording__mask=None
    )
    return own.exclude(text="").exists()
