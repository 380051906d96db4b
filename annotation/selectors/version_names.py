"""How people name a version, in a command and in an address."""

import re
from typing import Final

from django.db.models import QuerySet

from annotation.errors import DomainError
from annotation.models import DatasetVersion, VersionTag
from annotation.models.dataset import TAG_NAME

ID_START: Final = re.compile(r"[0-9a-f]{1,64}\Z")


class VersionNameError(DomainError):
    """A name that no version has, or more than one."""

    status = 400
    code = "version_name"


class NoSuchVersionError(DomainError):
    """The person sees no version of that name."""

    status = 404
    code = "no_such_version"


class AmbiguousVersionError(DomainError):
    """More than one version that the person sees has an id that begins so."""

    code = "ambiguous"


def version_called(
    name: str, versions: QuerySet[DatasetVersion], *, project_id: int | None
) -> DatasetVersion:
    """Find one of these versions by its id or how that begins, or by a tag of the project.

    Raises:
        NoSuchVersionError: none is meant by it.
        AmbiguousVersionError: more than one is.

    """
    of_project = versions if project_id is None else versions.filter(project=project_id)
    start = name.lower()
    if ID_START.match(start):  # which no tag is
        found = list(of_project.filter(pk__startswith=start)[:2])
        if len(found) > 1:
            raise AmbiguousVersionError(f"More than one version's id starts with {name!r}.")
    else:
        tagged = VersionTag.objects.filter(project=project_id, name=name)
        is_tag = project_id is not None and re.match(TAG_NAME, name)
        found = list(of_project.filter(pk__in=tagged.values("version"))) if is_tag else []
    if not found:
        raise NoSuchVersionError(f"No version has the tag {name!r} or an id that starts so.")
    return found[0]


def version_named(name: str) -> DatasetVersion:
    """Find a version by its tag, by its id or by how that begins.

    A tag of more than one project is told by the project's number before it: `12:v1.0`. No tag can
    be taken for the beginning of an id.

    Raises:
        VersionNameError: none is meant by it, or more than one.

    """
    found = list(_tagged(name)[:2])
    if len(found) > 1:
        first = f"{found[0].project_id}:{name}"
        raise VersionNameError(
            f"More than one project has the tag {name!r}: say which, as {first}."
        )
    if not found and name:
        found = list(DatasetVersion.objects.filter(pk__startswith=name)[:2])
    if len(found) > 1:
        raise VersionNameError(f"{name!r} begins more than one version's id.")
    if not found:
        raise VersionNameError(f"{name!r} is no version's tag or id, nor does an id begin so.")
    return found[0]


def _tagged(name: str) -> QuerySet[DatasetVersion]:
    project, colon, tag = name.rpartition(":")
    versions = DatasetVersion.objects.filter(tags__name=tag).order_by("project")
    if not colon:
        return versions
    return versions.filter(project=int(project)) if project.isdecimal() else versions.none()
