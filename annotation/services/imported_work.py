"""Images whose imported masks are finished work: they count as annotated by who imported them.

Nobody spent time on them here, so that no stint is kept and no figure of effort knows of them.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.models import Assignment, Image, Operation
from annotation.services.assignments import mark_done

Kind = Assignment.Kind
State = Assignment.State


@transaction.atomic
def finish_imported(*, image: Image, author: User) -> bool:
    """Fill the author's place at an image that nobody has begun; tell whether that was so.

    Where several people do each image, it is done once the others are.
    """
    locked = Image.objects.select_for_update().get(pk=image.pk)
    places = Assignment.objects.filter(image=locked, kind=Kind.ANNOTATE)
    is_begun = (
        locked.status != Image.Status.TODO
        or places.exclude(state=State.OPEN).exists()
        or Operation.objects.filter(image=locked).exists()
    )
    if is_begun:
        return False
    places.filter(slot=0).update(state=State.DONE, user=author, lease_until=None, finished_at=Now())
    if not places.exclude(state=State.DONE).exists():
        mark_done([locked.pk])
    return True


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
