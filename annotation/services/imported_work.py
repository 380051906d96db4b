"""Images whose imported masks are finished work: they count as annotated by who imported them.

Nobody spent time on them here, so that no stint is kept and no figure of effort knows of them.
"""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.models import Assignment, Image, Proposal
from annotation.selectors.images import unbegun
from annotation.services.assignments import mark_done
from annotation.services.auto_accept import withdraw_acceptances
from annotation.services.images import locked_images

Kind = Assignment.Kind
State = Assignment.State


@transaction.atomic
def finish_imported(*, image_ids: Collection[int], author: User) -> set[int]:
    """Fill the author's place at those images that nobody has begun; return those.

    Where several people do each image, it is done once the others are. What the model accepted by
    itself goes: the finished work is all that there is.
    """
    locked = locked_images(image_ids).filter(status=Image.Status.TODO)
    todo = set(locked.values_list("pk", flat=True))
    places = Assignment.objects.filter(image__in=todo, kind=Kind.ANNOTATE)
    taken = places.exclude(state=State.OPEN).values_list("image", flat=True)
    finished = set(unbegun(todo).values_list("pk", flat=True)).difference(taken)
    own = places.filter(image__in=finished)
    first = own.filter(slot=0)
    first.filter(state=State.OPEN).update(
        state=State.DONE, user=author, lease_until=None, finished_at=Now()
    )
    # Who claims a place does not wait for its image: somebody may have begun just now.
    finished.difference_update(first.exclude(state=State.DONE).values_list("image", flat=True))
    withdraw_acceptances(Proposal.objects.filter(image__in=finished))
    waiting = own.exclude(state=State.DONE).values_list("image", flat=True)
    mark_done(sorted(finished.difference(waiting)))
    return finished


@transaction.atomic
def open_imported(*, image: Image, author: User) -> None:
    """Undo `finish_imported` on an image that nobody has finished or reviewed since."""
    locked = Image.objects.select_for_update().get(pk=image.pk)
    places = Assignment.objects.filter(image=locked)
    places.filter(kind=Kind.REVIEW).exclude(state=State.DONE).delete()
    places.filter(kind=Kind.ANNOTATE, slot=0, user=author, state=State.DONE).update(
        state=State.OPEN, user=None, finished_at=None
    )
    if places.filter(kind=Kind.ANNOTATE).exclude(state=State.DONE).exists():
        finished = Image.objects.filter(pk=locked.pk, status=Image.Status.DONE)
        finished.update(status=Image.Status.TODO, finished_at=None)
