"""Captions: the clean text of an image, or of a mask. Append-only; the newest counts."""

from uuid import UUID

from django.contrib.auth.models import User

from annotation.errors import IdTakenError, InvalidInputError
from annotation.models import Caption, Image, Mask, MaskCaption, Recording, Shortening
from engine.speech.clean import clean_caption
from engine.speech.compare import Comparison, compare


def save_caption(
    *,
    caption_id: UUID,
    image: Image,
    author: User,
    text: str,
    recording_id: UUID | None = None,
    shortening_id: UUID | None = None,
) -> Caption:
    """Append a caption, with what a model had offered for a start. The same id returns the row."""
    if recording_id is not None:
        own = Recording.objects.filter(pk=recording_id, image=image)
        if not own.exists():
            raise InvalidInputError("This image has no such recording.", field="recording")
    if shortening_id is not None:
        offered = Shortening.objects.filter(
            pk=shortening_id, transcript__recording__image=image
        ).exclude(text="")
        if not offered.exists():
            raise InvalidInputError("This image has no such shortening.", field="shortening")
    caption, _ = Caption.objects.get_or_create(
        pk=caption_id,
        defaults={
            "image": image,
            "author": author,
            "text": text,
            "recording_id": recording_id,
            "shortening_id": shortening_id,
        },
    )
    if caption.image_id != image.pk:
        raise IdTakenError("Another caption has this id.")
    return caption


def caption_mask(*, caption_id: UUID, mask: Mask, author: User, text: str) -> MaskCaption:
    """Append a mask's own caption; an empty one takes it away. The same id returns the same row."""
    caption, _ = MaskCaption.objects.get_or_create(
        pk=caption_id, defaults={"mask": mask, "author": author, "text": text.strip()}
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
