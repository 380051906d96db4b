"""How people name a version in a command."""

from django.db.models import QuerySet

from annotation.errors import DomainError
from annotation.models import DatasetVersion


class VersionNameError(DomainError):
    """A name that no version has, or more than one."""

    status = 400
    code = "version_name"


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
