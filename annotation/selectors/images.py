"""Images as lists and pages show them."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Protocol, cast

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from annotation.models import (
    Assignment,
    Comment,
    Embedding,
    Image,
    Mask,
    MaskCaption,
    Operation,
    Proposal,
    Recording,
    Stint,
)
from annotation.prepared import Param, Prepared
from annotation.selectors.access import SOMEBODY, Person, asking, rows_for
from annotation.selectors.comments import open_comments
from annotation.selectors.overlap import Seen, masks_seen

SENT_ON = [Proposal.State.NEEDS_WORK, Proposal.State.NOT_SURE]  # for others to correct or decide
OPEN = [Proposal.State.PENDING, *SENT_ON]
JUDGED = [Stint.End.FINISHED, Stint.End.REVIEWED]  # whoever ended so has answered for all there is


_TO_SAVE_TO = Prepared(lambda: all_images_for(SOMEBODY).filter(pk=Param("image")).only("pk"))
_TO_SHOW = Prepared(
    lambda: (
        with_takes(with_open_comments(images_for(SOMEBODY)))
        .filter(pk=Param("image"))
        .annotate(draw_salt=F("project__draw_salt"))
    )
)
_TO_STAMP = Prepared(
    lambda: Image.objects.filter(pk=Param("image")).annotate(draw_salt=F("project__draw_salt"))
)
_PROPOSALS = Prepared(
    lambda: (
        Proposal.objects.filter(image_id=Param("image"), state__in=OPEN)
        .select_related("label", "outside_model")
        .order_by(
            F("verifier_score").desc(nulls_last=True),
            F("predicted_iou").desc(nulls_last=True),
            "pk",
        )
    )
)
_EMBEDDED = Prepared(
    lambda: Embedding.objects.filter(
        image_sha256=Param("sha256"), encoder_digest=Param("digest")
    ).order_by("window")
)


def images_for(user: Person) -> QuerySet[Image]:
    """Images of the person's projects, none from the trash."""
    return all_images_for(user).filter(deleted_at=None)


def all_images_for(user: Person) -> QuerySet[Image]:
    """Images of the person's projects, the trash included: a save there is kept, not refused."""
    return rows_for(Image.objects.filter(project__deleted_at=None), user=user)


def image_to_save_to(user: Person, image_id: int) -> Image | None:
    """Find an image of the person's projects, with their role and nothing more."""
    return _TO_SAVE_TO.first(**asking(user), image=image_id)


def image_to_show(user: Person, image_id: int) -> Image | None:
    """Find an image that the person may open, `with_open_comments`, `with_takes` and their role."""
    return _TO_SHOW.first(**asking(user), image=image_id)


def restorable_images_for(user: Person) -> QuerySet[Image]:
    """Images that can be brought back, and those that need not."""
    return all_images_for(user).filter(Q(deleted_at=None) | _in_trash())


def matching(images: QuerySet[Image], *, status: str | None, search: str | None) -> QuerySet[Image]:
    """Narrow a list by status and by a part of the file name."""
    if status:
        images = images.filter(status=status)
    return images.filter(file_name__icontains=search) if search else images


def trashed(images: QuerySet[Image]) -> QuerySet[Image]:
    """Keep what can still be restored (DESIGN P9)."""
    return images.filter(_in_trash())


def with_figures(images: QuerySet[Image]) -> QuerySet[Image]:
    """Add three counts, `has_takes` and `assignee`, by subqueries that only touch one page."""
    masks = Mask.objects.filter(image=OuterRef("pk"), is_aside=False, head__rle__isnull=False)
    pending = Proposal.objects.filter(image=OuterRef("pk"), state=Proposal.State.PENDING)
    holders = Assignment.objects.filter(
        image=OuterRef("pk"), kind=Assignment.Kind.ANNOTATE, user__isnull=False
    )
    return with_takes(with_open_comments(images)).annotate(
        mask_count=_count(masks),
        pending_count=_count(pending),
        assignee=Subquery(holders.order_by("slot").values("user__username")[:1]),
    )


def begun() -> Q:
    """Tell of an image whether a person has saved anything on it, or finished it as it was.

    Who changes nothing of what the model accepted by itself and ends their work has seen to it that
    it is right. The image may be to do still: for another person, or once more.

    Its version does not tell: what the model accepts raises that, and so do imported masks.
    """
    own = Q(image=OuterRef("pk"))
    saved = Operation.objects.filter(own, author__isnull=False)
    return Exists(saved) | Exists(Stint.objects.filter(own, ended_as__in=JUDGED))


class HasSalt(Protocol):
    """An image beside its project's `draw_salt`."""

    draw_salt: str


def stamp_of(image: Image) -> str:
    """Return what changes whenever a model or an import brings an image other masks or proposals.

    It says nothing of which model did, as people are not to know whose proposals they correct: who
    knows all ids can compute it for none of them without the project's salt. Of an image that
    `image_to_show` found.
    """
    told = f"{image.pk} {image.version} {image.proposed_by_id} {image.outside_at} {image.is_due}"
    salt = cast("HasSalt", image).draw_salt
    return hashlib.sha256(f"{salt} stamp {told}".encode()).hexdigest()[:16]


def stamp_now(image_id: int) -> str:
    """Return the stamp that an image has by now."""
    image = _TO_STAMP.first(image=image_id)
    if image is None:
        raise Image.DoesNotExist
    return stamp_of(image)


def unbegun(image_ids: Collection[int]) -> QuerySet[Image]:
    """Return those of the images, to do, that no person has begun."""
    return Image.objects.filter(~Q(begun()), pk__in=image_ids, status=Image.Status.TODO)


class HasOpenComments(Protocol):
    """An image `with_open_comments`."""

    open_comment_count: int


def with_open_comments(images: QuerySet[Image]) -> QuerySet[Image]:
    """Add `open_comment_count`, in the same query."""
    said = open_comments().filter(image=OuterRef("pk"))
    return images.annotate(open_comment_count=_count(said))


class HasTakes(Protocol):
    """An image `with_takes`."""

    has_takes: bool


def with_takes(images: QuerySet[Image]) -> QuerySet[Image]:
    """Tell in `has_takes` whether somebody spoke of the image as a whole, in the same query."""
    takes = Recording.objects.filter(image=OuterRef("pk"), mask=None, deleted_at=None)
    return images.annotate(has_takes=Exists(takes))


def mask_rows(image_id: int, seen: Seen) -> list[Mapping[str, Any]]:
    """Masks that a person sees and that are not deleted, the oldest first.

    Plain rows, as building models took 3 of 11 ms.
    """
    return _masks(seen).rows(image=image_id)


@cache
def _masks(seen: Seen) -> Prepared[Any]:
    live = Mask.objects.filter(image_id=Param("image"), head__rle__isnull=False)
    said = MaskCaption.objects.filter(mask=OuterRef("pk")).order_by("-created_at")
    return Prepared(
        lambda: (
            masks_seen(live, seen)
            .order_by("created_at", "pk")
            .values(
                "id",
                "parent_id",
                "slot",
                "is_aside",
                label_id=F("head__label_id"),
                revision=F("head__number"),
                rle=F("head__rle"),
                area_px=F("head__area_px"),
                z=F("head__z"),
                attributes=F("head__attributes"),
                author=F("head__author__username"),
                proposal_id=F("head__proposal_id"),
                # {"text", "recording"}; null where nobody said anything
                caption=Subquery(
                    said.values(row=JSONObject(text="text", recording="recording_id"))[:1]
                ),
            )
        )
    )


def open_proposals_of(image: Image, seen: Seen) -> list[Proposal]:
    """What awaits acceptance or rejection, the surest first.

    Nothing on the holdout, which is annotated blind, and nothing for a second person: what both
    agree on is then not the model's doing.
    """
    return [] if image.is_holdout or seen.slot else _PROPOSALS.rows(image=image.pk)


def embeddings_of(image: Image, encoder_digest: str) -> list[Embedding]:
    """Return what that encoder has seen of the image: the whole first, then windows."""
    return _EMBEDDED.rows(sha256=image.sha256, digest=encoder_digest)


def windows_of(image: Image, encoder_digest: str) -> QuerySet[Embedding]:
    """Parts of the image that the encoder has seen closer."""
    seen = Embedding.objects.filter(image_sha256=image.sha256, encoder_digest=encoder_digest)
    return seen.exclude(window="")


def _in_trash() -> Q:
    return Q(deleted_at__gte=timezone.now() - timedelta(days=settings.TRASH_DAYS))


def _count(rows: QuerySet[Mask] | QuerySet[Proposal] | QuerySet[Comment]) -> Coalesce:
    counted = rows.order_by().values("image").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
