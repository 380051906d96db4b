"""How people name a version in a command."""

from annotation.errors import DomainError
from annotation.models import DatasetVersion


class VersionNameError(DomainError):
    """A name that no version has, or more than one."""

    status = 400
    code = "version_name"


def version_named(name: str) -> DatasetVersion:
    """Find a version by its id or by how that begins.

    Raises:
        VersionNameError: none is meant by it, or more than one.

    """
    found = list(DatasetVersion.objects.filter(pk__startswith=name)[:2]) if name else []
    if len(found) > 1:
        raise VersionNameError(f"{name!r} begins more than one version's id.")
    if not found:
        raise VersionNameError(f"{name!r} is no version's id, nor does one begin so.")
    return found[0]
