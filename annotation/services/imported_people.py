"""Who made what in the tool that files come from, and what they said to each other there.

An import makes no accounts. A name is a member's who has that user name; any other stays as text.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeAlias
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from annotation.models import Comment, Image, Project
from annotation.selectors.comments import MOST
from annotation.services.import_batches import plain
from annotation.services.seeds import NAMESPACE, Seeded
from engine.datasets.sample import Annotation, Remark

ORIGIN: Final = ("author", "owner", "source", "verdict")  # what is kept of where a mask comes from
MAX_NAME: Final = 200
MAX_TEXT: Final = 2000
Remarks: TypeAlias = tuple[Image, Sequence[Remark]]  # an image, and what people said about it


def members_by_name(project: Project) -> dict[str, User]:
    members = User.objects.filter(memberships__project=project)
    return {each.username: each for each in members}


def origin_of(annotation: Annotation) -> dict[str, str]:
    """Return what files say of where a mask comes from, as far as it is short text."""
    told = {key: annotation.extra.get(key) for key in ORIGIN}
    return {
        key: plain(each)[:MAX_NAME]
        for key, each in told.items()
        if isinstance(each, str) and plain(each)
    }


def count_origin(origin: Mapping[str, str], members: Mapping[str, User]) -> Counter[str]:
    """Count, in people's words, what is told of a mask."""
    counts: Counter[str] = Counter()
    if author := origin.get("author"):
        counts["masks by members" if author in members else "masks by others"] = 1
    if "verdict" in origin:
        counts["masks with a verdict"] = 1
    return counts


@transaction.atomic
def bring_comments(
    *,
    remarks: Sequence[Remarks],
    author: User,
    members: Mapping[str, User],
) -> list[Seeded]:
    """Write what people said of images below them; an id follows from image, name and text.

    Twice adds nothing. What an undo took away comes back; what a person withdrew stays so. No image
    holds more than it may.
    """
    known = _known(remarks)
    told = _told(remarks, known)
    new = {}
    for (image, said), each in zip(remarks, told, strict=True):
        rows = {row.pk: row for row in _rows(image, said, author, members)}
        new.update({pk: rows[pk] for pk in each.brought})
    Comment.objects.bulk_create(row for pk, row in new.items() if pk not in known)
    if back := new.keys() & known.keys():
        Comment.objects.filter(pk__in=back).update(withdrawn_at=None, is_undone=False)
    return told


def look_at_comments(remarks: Sequence[Remarks]) -> list[Seeded]:
    """Tell what `bring_comments` would make of comments, and write none."""
    return _told(remarks, _known(remarks))


def _told(remarks: Sequence[Remarks], known: Mapping[UUID, bool]) -> list[Seeded]:
    """Tell of each image's comments which come and which were there; others have no room."""
    counts = (
        Comment.objects.filter(image__in=[image for image, said in remarks if said])
        .filter(withdrawn_at=None)
        .values_list("image")
        .annotate(Count("pk"))
    )
    room = {image_id: MOST - count for image_id, count in counts}
    settled = {pk for pk, is_undone in known.items() if not is_undone}
    told = []
    for image, said in remarks:
        own = dict.fromkeys(_id_of(image, each) for each in said)
        met = [pk for pk in own if pk in settled]
        left = room.get(image.pk, MOST)
        fresh = [pk for pk in own if pk not in settled][:left]
        room[image.pk] = left - len(fresh)
        settled.update(fresh)  # an image may come twice
        told.append(Seeded(tuple(fresh), tuple(met)))
    return told


def _known(remarks: Sequence[Remarks]) -> dict[UUID, bool]:
    """Find the comments that there are; of each, whether an undo took it away."""
    ids = {_id_of(image, each) for image, said in remarks for each in said}
    return dict(Comment.objects.filter(pk__in=ids).values_list("pk", "is_undone"))


def _id_of(image: Image, remark: Remark) -> UUID:
    return uuid5(NAMESPACE, f"{image.pk} comment {remark.by} {remark.text}")


@transaction.atomic
def withdraw_comments(*, comment_ids: Collection[UUID | str]) -> int:
    """Take imported comments back that nobody has answered or reviewed with; return how many."""
    answers = Comment.objects.filter(answers=OuterRef("pk"), withdrawn_at=None)
    free = Comment.objects.filter(~Exists(answers), sealed_at=None, withdrawn_at=None)
    return free.filter(pk__in=comment_ids).update(withdrawn_at=Now(), is_undone=True)


def _rows(
    image: Image, said: Sequence[Remark], author: User, members: Mapping[str, User]
) -> list[Comment]:
    return [
        Comment(
            pk=_id_of(image, each),
            image=image,
            text=each.text[:MAX_TEXT],
            author=members.get(each.by, author),
            written_by=each.by[:MAX_NAME],
            resolved_by=members.get(each.by, author) if each.is_resolved else None,
            resolved_at=timezone.now() if each.is_resolved else None,
        )
        for each in said
    ]
