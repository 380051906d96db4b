"""Other projects that a round must not forget: their finished holdout judges it, too."""

from django.db.models import Exists, OuterRef, QuerySet

from annotation.models import Membership, Project
from annotation.selectors.access import Person, memberships_of

MANAGER = Membership.Role.MANAGER


def also_of(project: Project) -> QuerySet[Project]:
    """Projects that one names and that can judge its rounds.

    None from the trash, and none that nobody manages any more who manages this one.
    """
    managers = Membership.objects.filter(project=project, role=MANAGER).values("user")
    managed = Membership.objects.filter(project=OuterRef("pk"), role=MANAGER, user__in=managers)
    return project.also.filter(Exists(managed), deleted_at=None).order_by("pk")


def may_be_also(user: Person, project: Project) -> QuerySet[Project]:
    """Other projects that the person manages and that can judge this one's rounds."""
    managed = memberships_of(user).filter(role=MANAGER)
    mine = Project.objects.filter(deleted_at=None, pk__in=managed.values("project"))
    return mine.exclude(pk=project.pk).order_by("pk")
