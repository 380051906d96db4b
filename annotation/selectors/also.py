"""Other projects that a round must not forget: their finished holdout judges it, too."""

from django.db.models import Exists, OuterRef, QuerySet

from annotation.models import Alias, Membership, Project
from annotation.selectors.access import Person

MANAGER = Membership.Role.MANAGER


def also_of(project: Project) -> QuerySet[Project]:
    """Projects that one names and that can judge its rounds.

    None from the trash, none that serves another encoder's bundle by now, and none that nobody
    manages any more who manages this one.
    """
    managers = Membership.objects.filter(project=project, role=MANAGER).values("user")
    managed = Membership.objects.filter(project=OuterRef("pk"), role=MANAGER, user__in=managers)
    named = project.also.filter(Exists(managed), deleted_at=None)
    return _comparable(named, project).order_by("pk")


def may_be_also(user: Person, project: Project) -> QuerySet[Project]:
    """Other projects that the person manages and that can judge this one's rounds."""
    mine = Project.objects.filter(
        deleted_at=None, memberships__user_id=user.pk or 0, memberships__role=MANAGER
    )
    return _comparable(mine.exclude(pk=project.pk), project).order_by("pk")


def _comparable(projects: QuerySet[Project], project: Project) -> QuerySet[Project]:
    """Keep those that serve a bundle for the encoder of what the project serves."""
    serving = Alias.objects.filter(name=Alias.Name.SERVING)
    digest = serving.filter(project=project).values("bundle__encoder_digest")
    same = serving.filter(project=OuterRef("pk"), bundle__encoder_digest__in=digest)
    return projects.filter(Exists(same))
