"""Projects, their people, and who may see them."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from annotation.models import Image, Label, Membership, Project
from annotation.prepared import Param, Prepared
from annotation.selectors.access import SOMEBODY, Person, asking, rows_for
from annotation.selectors.queue import returned_places

THUMBS = 4  # on a project's card
_LABELS = Prepared(lambda: Label.objects.filter(project_id=Param("project")).order_by("pk"))
_PROJECT = Prepared(lambda: projects_for(SOMEBODY).filter(pk=Param("project")))


def projects_for(user: Person) -> QuerySet[Project]:
    """Projects that the person belongs to, each with their `role`; none from the trash."""
    return rows_for(Project.objects.filter(deleted_at=None), user=user, path="")


def project_for(user: Person, project_id: int) -> Project | None:
    """Find a project of the person's, with their `role`; none from the trash."""
    return _PROJECT.first(**asking(user), project=project_id)


def trashed_projects_for(user: Person) -> QuerySet[Project]:
    """Projects that can still be restored (DESIGN P9)."""
    since = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    return rows_for(Project.objects.filter(deleted_at__gte=since), user=user, path="")


def with_card(projects: QuerySet[Project], user: Person) -> QuerySet[Project]:
    """Add what a card shows: three counts, and `thumbs`, the sha256 of the first few images.

    `returned_count` is of the images that were returned to the person.
    """
    kept = Q(images__deleted_at=None)
    finished = kept & Q(images__status__in=Image.FINISHED)
    returned = returned_places().filter(image__project=OuterRef("pk"), user_id=user.pk or 0)
    returned_count = (
        returned.order_by().values("image__project").annotate(n=Count("pk")).values("n")
    )
    first = Image.objects.filter(project=OuterRef("pk"), deleted_at=None).order_by("pk")
    return projects.annotate(
        image_count=Count("images", filter=kept),
        done_count=Count("images", filter=finished),
        returned_count=Coalesce(Subquery(returned_count), 0),
        thumbs=ArraySubquery(first.values("sha256")[:THUMBS]),
    )


def with_labels(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Prefetch all labels, deleted ones too: old masks still carry them."""
    return projects.prefetch_related(Prefetch("labels", Label.objects.order_by("pk")))


def labels_of(project_id: int) -> list[Label]:
    """Labels of a project, deleted ones too."""
    return _LABELS.rows(project=project_id)


def labels_for(user: Person) -> QuerySet[Label]:
    """Labels of the person's projects, deleted ones too."""
    return rows_for(Label.objects.filter(project__deleted_at=None), user=user)


def members_of(project_id: int) -> QuerySet[Membership]:
    """Who belongs to a project."""
    return Membership.objects.filter(project_id=project_id).select_related("user")
