"""The groups of a project's images."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q

from annotation.models import Image, Project

MOST: Final = 20  # names that are found at once


@dataclass(frozen=True, slots=True)
class SizedGroup:
    """A group, and how many images it has."""

    name: str
    images: int


@dataclass(frozen=True, slots=True)
class FoundGroups:
    """How many groups a project has, and the first by name of those that were looked for."""

    count: int
    found: list[SizedGroup]


def find_groups(project: Project, search: str) -> FoundGroups:
    """Look for groups by a part of their name; images in the trash are in none."""
    grouped = Image.objects.filter(~Q(group=""), project=project, deleted_at=None)
    sized = grouped.values("group").annotate(images=Count("pk"))
    rows = sized.filter(group__icontains=search).order_by("group").values_list("group", "images")
    return FoundGroups(sized.count(), [SizedGroup(*row) for row in rows[:MOST]])
