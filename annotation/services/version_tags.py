"""What people call a version, and what they say of it."""

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from annotation.errors import DomainError
from annotation.models import DatasetVersion, VersionTag

log = structlog.get_logger(__name__)


class TagTakenError(DomainError):
    """The name is that of another version of the project."""

    code = "tag_taken"


@transaction.atomic
def tag_version(*, version: DatasetVersion, name: str, by: User | None) -> VersionTag:
    """Give a version a name that no other of its project has. Safe to repeat.

    Raises:
        TagTakenError: another has it; tags do not move, so that what was said of one stays true.

    """
    tag, is_new = VersionTag.objects.get_or_create(
        project=version.project, name=name, defaults={"version": version, "created_by": by}
    )
    if tag.version_id != version.pk:
        raise TagTakenError(
            f"Version {tag.version_id[:8]} has the tag {name}: take it away there first."
        )
    if is_new:
        log.info("version_tagged", version=version.pk, tag=name, by=by and by.pk)
    return tag


def untag_version(*, version: DatasetVersion, name: str, by: User | None) -> None:
    """Take a name away from a version, if it has it."""
    deleted, _ = VersionTag.objects.filter(version=version, name=name).delete()
    if deleted:
        log.info("version_untagged", version=version.pk, tag=name, by=by and by.pk)


def note_version(*, version: DatasetVersion, note: str, by: User | None) -> None:
    """Say something of a version in place of what was said before; the log keeps both."""
    before = version.note
    changed = DatasetVersion.objects.filter(pk=version.pk).exclude(note=note).update(note=note)
    if changed:
        log.info("version_noted", version=version.pk, before=before, note=note, by=by and by.pk)
