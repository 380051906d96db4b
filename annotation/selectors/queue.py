"""The queue of images: which place a person would get next, to annotate or to review."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from annotation.models import Assignment, Image
from annotation.prepared import Param, Prepared
from annotation.selectors.access import SOMEBODY, Person, asking, rows_for

Kind = Assignment.Kind
State = Assignment.State
WORKABLE = {
    Kind.ANNOTATE: [Image.Status.TODO, Image.Status.RETURNED],
    Kind.REVIEW: [Image.Status.DONE],
}
# "returned" < "todo": with rank and id, the order of the index image_by_rank, so that nothing need
# be sorted.
RETURNED_FIRST = "image__status"
BY_RANK = ("rank", "pk")  # of images

_ASSIGNMENT = Prepared(lambda: assignments_for(SOMEBODY).filter(pk=Param("assignment")))
_RETURNED = Prepared(
    lambda: (
        returned_places()
        .filter(image__project_id=Param("project"), user_id=Param("user"))
        .values_list("image_id", flat=True)
    )
)
_PLACES = Prepared(
    lambda: (
        Assignment.objects.filter(image_id=Param("image"), kind=Kind.ANNOTATE)
        .select_related("user")
        .order_by("slot")
    )
)


def assignments_for(user: Person) -> QuerySet[Assignment]:
    """Assignments in the person's projects."""
    places = Assignment.objects.filter(image__project__deleted_at=None)
    return rows_for(places, user=user, path="image__project")


def assignment_for(user: Person, assignment_id: int) -> Assignment | None:
    """Find an assignment in the person's projects, with their `role`."""
    return _ASSIGNMENT.first(**asking(user), assignment=assignment_id)


def own_leases(
    *, project_id: int | Param, user: Person, kind: Assignment.Kind = Kind.ANNOTATE
) -> QuerySet[Assignment]:
    """Places that are the person's and that nobody has taken over, the longest-held first.

    What was returned to them comes before.
    """
    held = _workable(project_id, kind).filter(user_id=user.pk or 0, state=State.LEASED)
    return held.order_by(RETURNED_FIRST, "lease_until", "pk")


def claimable(
    *, project_id: int | Param, user: Person, kind: Assignment.Kind = Kind.ANNOTATE
) -> QuerySet[Assignment]:
    """Places that the person may take: open or with a lease that ran out, in the queue's order.

    None at an image that they annotate or have annotated: nobody does one twice, and nobody is
    given their own work to review.
    """
    own = Assignment.objects.filter(
        image=OuterRef("image"), kind__in={Kind.ANNOTATE, kind}, user_id=user.pk or 0
    ).exclude(state=State.OPEN)
    free = Q(state=State.OPEN) | Q(state=State.LEASED, lease_until__lt=Now())
    places = _workable(project_id, kind).filter(free, ~Exists(own))
    return places.order_by(RETURNED_FIRST, "image__rank", "image_id", "slot")


def returned_places() -> QuerySet[Assignment]:
    """Places at returned images, with who is to mend them; what was returned first comes first."""
    places = Assignment.objects.filter(
        kind=Kind.ANNOTATE,
        state=State.LEASED,
        image__status=Image.Status.RETURNED,
        image__deleted_at=None,
    )
    return places.order_by("lease_until", "pk")


def returned_images(*, project_id: int, user: Person) -> list[int]:
    """Images of a project that were returned to the person, in the order that they are given in."""
    return _RETURNED.rows(project=project_id, user=user.pk or 0)


def returned_by_person(project_id: int) -> dict[int, list[int]]:
    """Images of a project by the person to whom they were returned, in one query for all."""
    places = returned_places().filter(image__project_id=project_id)
    found: dict[int, list[int]] = {}
    for user_id, image_id in places.values_list("user_id", "image_id"):
        found.setdefault(user_id or 0, []).append(image_id)
    return found


def places_of(image_id: int) -> list[Assignment]:
    """The places to annotate an image, in their order, each with who holds it."""
    return _PLACES.rows(image=image_id)


def assignment_shown(places: Sequence[Assignment], user: Person) -> Assignment | None:
    """Return the person's own place at an image, else somebody's who annotates it."""
    held = [place for place in places if place.user_id is not None]
    own = [place for place in held if place.user_id == user.pk]
    return next(iter(own or held), None)


def _workable(project_id: int | Param, kind: Assignment.Kind) -> QuerySet[Assignment]:
    return Assignment.objects.filter(
        kind=kind,
        image__project_id=project_id,
        image__deleted_at=None,
        image__status__in=WORKABLE[kind],
    )
