"""Buckets that a deployment lets imports read, by names of its own; settings read this.

People choose a name and a folder below it, so that no address which a person gives is ever asked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from django.core.exceptions import ImproperlyConfigured

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")


@dataclass(frozen=True, slots=True)
class ImportSource:
    """One bucket, or what lies below a prefix in it. Without keys it is asked as by anybody."""

    bucket: str
    prefix: str = ""
    endpoint_url: str = ""  # none: Amazon's own
    region: str = "us-east-1"
    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)

    @property
    def keys(self) -> tuple[str, str] | None:
        return (self.access_key_id, self.secret_access_key) if self.access_key_id else None


def import_sources(value: object) -> dict[str, ImportSource]:
    """Read what IMPORT_SOURCES says: {"name": {"bucket": ..., ...}, ...}.

    Raises:
        ImproperlyConfigured: it says anything else.

    """
    if not isinstance(value, Mapping):
        raise ImproperlyConfigured("IMPORT_SOURCES must be a JSON object, by names.")
    return {str(name): _import_source(str(name), told) for name, told in value.items()}


def _import_source(name: str, told: object) -> ImportSource:
    known = {each.name for each in fields(ImportSource)}
    if not _NAME.fullmatch(name):
        raise ImproperlyConfigured(
            f"IMPORT_SOURCES: {name!r} is no name of small letters, digits and dashes."
        )
    if not isinstance(told, Mapping) or not {"bucket"} <= told.keys() <= known:
        raise ImproperlyConfigured(
            f"IMPORT_SOURCES: {name} needs a bucket, and may say {', '.join(sorted(known))}."
        )
    if not all(isinstance(each, str) for each in told.values()):
        raise ImproperlyConfigured(f"IMPORT_SOURCES: all that {name} says must be text.")
    source = ImportSource(**told)
    if bool(source.access_key_id) != bool(source.secret_access_key):
        raise ImproperlyConfigured(f"IMPORT_SOURCES: {name} has one half of its keys alone.")
    return source
