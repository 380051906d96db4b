"""Images: taken in from untrusted bytes, put in the trash, brought back."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.aggregates import BoolOr
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from annotation import storage
from annotation.models import Assignment, Image, Project, Upload
from annotation.services.draws import is_drawn_for_holdout, people_for
from annotation.services.preparation import prepare_project
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


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file that was looked at. It lies in the store, unless it was refused or is known."""

    sha256: str
    image: Image | None = None  # its row as it would be; None: refused, or known
    message: str = ""  # as AddedImage has it
    is_refused: bool = False


def add_image(
    *, project: Project, data: bytes, file_name: str, group: str = "", created_by: User
) -> AddedImage:
    """Take one file in: decode, store, draw for the holdout, make its places in the queue.

    Safe to run twice: the second time is a duplicate. Raises StorageUnavailableError only.
    """
    stored = store_image(project=project, data=data, file_name=file_name, group=group)
    [added] = add_images(project=project, stored=[stored], created_by=created_by)
    return added


def store_image(*, project: Project, data: bytes, file_name: str, group: str = "") -> StoredFile:
    """Decode a file and put it in the store; no row is written, so no transaction need wait.

    Raises StorageUnavailableError only.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    known = Image.objects.filter(project=project, sha256=sha256)
    if known.filter(deleted_at=None).exists():
        return StoredFile(sha256)
    try:
        decoded = decode_image(data, max_pixels=settings.MAX_IMAGE_PIXELS)
    except MediaError as error:
        log.info("image_refused", project_id=project.pk, file_name=file_name, code=error.code)
        return StoredFile(sha256, message=str(error), is_refused=True)
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
        has_rendition=_store(sha256, data, decoded),  # in the trash, too: an emptied one lost it
        group=group,
    )
    return StoredFile(sha256, image, "; ".join(decoded.notes))


@transaction.atomic
def add_images(
    *, project: Project, stored: Sequence[StoredFile], created_by: User
) -> list[AddedImage]:
    """Write the rows of files that are in the store, and say of each what became of it.

    New ones are drawn for the holdout.
    """
    taken = [each for each in stored if not each.is_refused]
    of_project = Image.objects.filter(project=project)
    found = of_project.filter(sha256__in={each.sha256 for each in taken})
    known = {image.sha256: image for image in found}
    fresh: dict[str, Image] = {}
    for each in taken:
        if each.image is not None and each.sha256 not in known:
            fresh.setdefault(each.sha256, each.image)
    _draw(fresh.values(), project)
    made = {image.sha256: image for image in _made([*fresh.values()], project)}
    if lost := fresh.keys() - made.keys():  # somebody else was faster
        known |= {image.sha256: image for image in of_project.filter(sha256__in=lost)}
    back = [image.pk for image in known.values() if image.deleted_at is not None]
    if back:
        Image.objects.filter(pk__in=back).update(deleted_at=None)
    for image in made.values():
        log.info("image_added", image_id=image.pk, project_id=project.pk, user_id=created_by.pk)
    return [_outcome(each, made, known) for each in stored]


def wait_for_turn(project: Project) -> None:
    """Keep others out of the images and groups of a project until the transaction ends.

    Datasets bring images and names in any order: of two that each have what the other needs next,
    PostgreSQL would end one. And what joins a group must see on which side of the holdout it is,
    though the group may be given to images just now.
    """
    with connection.cursor() as cursor:
        key = f"import into project {project.pk}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _draw(images: Collection[Image], project: Project) -> None:
    """Draw images for the holdout. Those of a group go where it is, whatever the share is now."""
    groups = {each.group for each in images} - {""}
    if groups:
        wait_for_turn(project)
    grouped = Image.objects.filter(~Q(group=""), project=project, group__in=groups)
    sides = dict(grouped.values_list("group").annotate(held_out=BoolOr("is_holdout")))
    for image in images:
        drawn = is_drawn_for_holdout(image.group or image.sha256, share=project.holdout_share)
        image.is_holdout = sides.get(image.group, drawn)


def _made(images: list[Image], project: Project) -> list[Image]:
    """Write rows with their places in the queue; return those that nobody else has just written."""
    if not images:
        return []
    try:
        with transaction.atomic():
            Image.objects.bulk_create(images)
            Assignment.objects.bulk_create(
                Assignment(image=image, slot=slot)
                for image in images
                for slot in range(
                    people_for(image.sha256, is_holdout=image.is_holdout, project=project)
                )
            )
    except IntegrityError:  # somebody added the same bytes at the same time
        if len(images) == 1:
            return []
        return [made for image in images for made in _made([image], project)]
    return images


def _outcome(stored: StoredFile, made: dict[str, Image], known: dict[str, Image]) -> AddedImage:
    """Tell what became of a file; of several with the same bytes, the first is the new one."""
    if stored.is_refused:
        return AddedImage(None, State.REFUSED, stored.message)
    if (image := made.pop(stored.sha256, None)) is not None:
        known[stored.sha256] = image
        outcome = State.NORMALISED if stored.message else State.ACCEPTED
        return AddedImage(image, outcome, stored.message, is_new=True)
    image = known[stored.sha256]
    message = f"The same as {image.file_name}"
    if image.deleted_at is None:
        return AddedImage(image, State.DUPLICATE, f"{message}.")
    image.deleted_at = None
    message = f"{message}, brought back from the trash."
    return AddedImage(image, State.DUPLICATE, message, is_new=True)


def locked_images(image_ids: Collection[int]) -> QuerySet[Image]:
    """Lock images for the transaction as they are read, in one order: so none waits in a circle."""
    return Image.objects.filter(pk__in=image_ids).order_by("pk").select_for_update()


def delete_image(*, image: Image, by: User) -> None:
    """Put an image in the trash; its masks and texts stay with it."""
    Image.objects.filter(pk=image.pk, deleted_at=None).update(deleted_at=timezone.now())
    log.info("image_deleted", image_id=image.pk, user_id=by.pk)


@transaction.atomic
def restore_image(*, image: Image, by: User) -> None:
    """Bring an image back from the trash, and prepare it for whatever serves by now."""
    if Image.objects.filter(~Q(deleted_at=None), pk=image.pk).update(deleted_at=None):
        prepare_project(project=image.project, by=by)
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
