"""Images: taken in from untrusted bytes, put in the trash, brought back."""

import hashlib
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation import storage
from annotation.models import Assignment, Image, Project, Upload
from annotation.services.draws import is_drawn_for_holdout, people_for
from engine.media.errors import MediaError
from engine.media.images import (
    DecodedImage,
    decode_image,
    encode_rendition,
    encode_thumbnail,
    needs_rendition,
)

State = Upload.State
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AddedImage:
    """What became of one file. `image` is None when it was refused."""

    image: Image | None
    outcome: Upload.State  # accepted, normalised, duplicate or refused
    message: str  # what was changed, or why not and what to do
    is_new: bool = False  # the project had no such image, or had it in the trash


def add_image(
    *, project: Project, data: bytes, file_name: str, group: str = "", created_by: User
) -> AddedImage:
    """Take one file in: decode, store, draw for the holdout, make its places in the queue.

    Safe to run twice: the second time is a duplicate. Raises StorageUnavailableError only.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    known = Image.objects.filter(project=project, sha256=sha256).first()
    if known is not None and known.deleted_at is None:
        return _duplicate(known)
    try:
        decoded = decode_image(data, max_pixels=settings.MAX_IMAGE_PIXELS)
    except MediaError as error:
        log.info("image_refused", project_id=project.pk, file_name=file_name, code=error.code)
        return AddedImage(None, State.REFUSED, str(error))

    has_rendition = _store(sha256, data, decoded)
    if known is not None:  # in the trash; an emptied one had lost its pixels
        return _brought_back(known)
    height, width = decoded.size_hw
    image = Image(
        project=project,
        sha256=sha256,
        file_name=file_name,
        bytes=len(data),
        format=decoded.format,
        height=height,
        width=width,
        orientation=decoded.orientation,
        has_rendition=has_rendition,
        group=group,
        is_holdout=is_drawn_for_holdout(group or sha256, share=project.holdout_share),
    )
    try:
        with transaction.atomic():
            image.save()
            places = range(people_for(sha256, is_holdout=image.is_holdout, project=project))
            Assignment.objects.bulk_create(Assignment(image=image, slot=slot) for slot in places)
    except IntegrityError:  # somebody added the same bytes at the same time
        return _duplicate(Image.objects.get(project=project, sha256=sha256))
    log.info("image_added", image_id=image.pk, project_id=project.pk, user_id=created_by.pk)
    outcome = State.NORMALISED if decoded.notes else State.ACCEPTED
    return AddedImage(image, outcome, "; ".join(decoded.notes), is_new=True)


def delete_image(*, image: Image, by: User) -> None:
    """Put an image in the trash; its masks and texts stay with it."""
    Image.objects.filter(pk=image.pk, deleted_at=None).update(deleted_at=timezone.now())
    log.info("image_deleted", image_id=image.pk, user_id=by.pk)


def restore_image(*, image: Image, by: User) -> None:
    """Bring an image back from the trash."""
    Image.objects.filter(pk=image.pk).update(deleted_at=None)
    log.info("image_restored", image_id=image.pk, user_id=by.pk)


def _store(sha256: str, data: bytes, decoded: DecodedImage) -> bool:
    """Put the original and what browsers show of it. The row comes after: it never dangles."""
    storage.put_bytes(storage.original_key(sha256), data, f"image/{decoded.format.lower()}")
    has_rendition = needs_rendition(decoded, data)
    if has_rendition:
        rendition = encode_rendition(decoded.pixels)
        storage.put_bytes(storage.rendition_key(sha256), rendition, "image/png")
    thumbnail = encode_thumbnail(decoded.pixels)
    storage.put_bytes(storage.thumbnail_key(sha256), thumbnail, "image/webp")
    return has_rendition


def _duplicate(image: Image) -> AddedImage:
    return AddedImage(image, State.DUPLICATE, f"The same as {image.file_name}.")


def _brought_back(image: Image) -> AddedImage:
    Image.objects.filter(pk=image.pk).update(deleted_at=None)
    image.deleted_at = None
    message = f"The same as {image.file_name}, brought back from the trash."
    return AddedImage(image, State.DUPLICATE, message, is_new=True)
