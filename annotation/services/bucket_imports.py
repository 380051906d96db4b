"""Datasets and images that lie in a bucket which the deployment lets imports read.

They are looked at, brought in and taken out as uploads are. Images are copied to our own store, as
originals never change there; of all else only what is asked for is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from annotation.buckets import UNSAFE, BucketSource, fetch_object
from annotation.errors import DomainError, IdTakenError, InvalidInputError
from annotation.import_sources import ImportSource
from annotation.models import DatasetImport, Project, Upload
from annotation.scratch_folders import own_scratch_folder
from annotation.services.image_groups import checked_group_by
from annotation.services.import_requests import begin_look
from annotation.services.imports import UploadAlteredError, fetched
from annotation.storage import ObjectMissingError
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, open_source
from engine.datasets.formats.detect import formats_in
from engine.datasets.formats.images_alone import IMAGES_ALONE
from engine.datasets.formats.unreadable import withheld_in
from engine.datasets.naming import safe_name

MAX_PREFIX: Final = 400
UNUSABLE: Final = (InvalidInputError, ObjectMissingError, UploadAlteredError, DatasetError)
State = DatasetImport.State


class FilesChangedError(DomainError):
    """The files of an import are not what they were as it began."""

    code = "files_changed"


@transaction.atomic
def offer_bucket(
    *, import_id: UUID, project: Project, bucket: str, prefix: str, by: User, group_by: str = ""
) -> DatasetImport:
    """Have a folder or a file of a bucket looked at; nothing comes in. Safe to repeat."""
    if bucket not in settings.IMPORT_SOURCES:
        raise InvalidInputError(f"There is no bucket {bucket!r}.", field="bucket")
    place = checked_prefix(prefix)
    if Upload.objects.filter(pk=import_id).exists():
        raise IdTakenError("An upload has this id.")
    offered, is_new = DatasetImport.objects.get_or_create(
        pk=import_id,
        defaults={
            "project": project,
            "source": f"{bucket}:{place}"[:500],
            "bucket": bucket,
            "prefix": place,
            "group_by": checked_group_by(group_by),
            "created_by": by,
        },
    )
    if (offered.project_id, offered.bucket, offered.prefix) != (project.pk, bucket, place):
        raise IdTakenError("Another import has this id.")
    return begin_look(offered) if is_new else offered


def checked_prefix(prefix: str) -> str:
    """Return a folder's or a file's name without slashes around it.

    Raises:
        InvalidInputError: it might lead out of where imports may read.

    """
    place = prefix.strip("/")
    parts = place.split("/") if place else []
    if {"", ".", ".."} & set(parts) or UNSAFE.search(place) or len(place) > MAX_PREFIX:
        raise InvalidInputError("It must be a folder or a file in the bucket.", field="prefix")
    return place


@contextmanager
def opened(found: DatasetImport) -> Iterator[Source]:
    """Open what an import reads.

    Raises:
        FilesChangedError: a part of it has come in, and the bucket is not as it was.

    """
    if not found.bucket:
        with fetched(Upload.objects.get(pk=found.pk)) as path:
            yield open_source(path)
        return
    with opened_bucket(found.bucket, found.prefix, found.pk) as (source, listing):
        has_begun = found.state == State.IMPORTING and found.samples.exists()
        # An import that began before listings were kept has none.
        if has_begun and found.listing and found.listing != listing:
            why = (
                "The files have changed since this import began: import them anew, which brings "
                "what has not come in, or undo this import."
            )
            # Of one that is importing, a message says that it cannot go on.
            begun = DatasetImport.objects.filter(pk=found.pk, state=State.IMPORTING)
            begun.update(message=why)
            raise FilesChangedError(why)
        DatasetImport.objects.filter(pk=found.pk).update(listing=listing)
        yield source


@contextmanager
def opened_bucket(name: str, prefix: str, import_id: UUID) -> Iterator[tuple[Source, str]]:
    """Open a folder of one of the deployment's buckets, or a file, of which a copy is fetched.

    The copy is of the one process that does the import just now: an earlier one's goes. Beside it
    comes the digest of names and contents, by which a change is told.

    Raises:
        InvalidInputError: it is not there, is too large, or the deployment allows it no more.

    """
    allowed: ImportSource | None = settings.IMPORT_SOURCES.get(name)
    if allowed is None:
        raise InvalidInputError(f"There is no bucket {name!r}.", field="bucket")
    source = BucketSource(allowed, prefix)
    if source.names:
        yield source, source.listing
        return
    with own_scratch_folder(settings.SCRATCH_DIR, f"bucket-{import_id}") as folder:
        path = folder / (Path(safe_name(prefix)).name or "file")
        try:
            listing = fetch_object(allowed, prefix, path, settings.MAX_UPLOAD_BYTES)
        except ObjectMissingError:
            fault = f"There is no file in {name}:{prefix}."
            raise InvalidInputError(fault, field="prefix") from None
        yield open_source(path), listing


def tell_format(found: DatasetImport, source: Source) -> DatasetImport:
    """Find out which format a bucket's files are of; where none is known, images alone count.

    They do not where what may be annotations cannot be read, unless that is asked for.
    """
    readers = [] if found.format else formats_in(source)
    if found.format:
        return found
    looking = DatasetImport.objects.filter(pk=found.pk, state=State.CHECKING)
    if not readers and (withheld := withheld_in(source)):
        names = [IMAGES_ALONE.name]
        looking.update(state=State.UNREADABLE, message=str(withheld[0]), candidates=names)
    elif len(readers) > 1:
        titles = ", ".join(each.title for each in readers)
        names = [*(each.name for each in readers), IMAGES_ALONE.name]
        message = f"It may be any of these: {titles}. Choose which it is."
        looking.update(state=State.UNREADABLE, message=message, candidates=names)
    else:
        reader = readers[0] if readers else IMAGES_ALONE
        candidates = list(dict.fromkeys([reader.name, IMAGES_ALONE.name]))
        looking.update(format=reader.name, candidates=candidates)
    found.refresh_from_db()
    return found


def refuse_files(found: DatasetImport, message: str) -> None:
    """Say why nothing of an import can be read."""
    looking = DatasetImport.objects.filter(pk=found.pk, state=State.CHECKING)
    looking.update(state=State.UNREADABLE, message=message)
