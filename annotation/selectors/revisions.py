"""The history of a mask: who made each of its revisions, from what, and how."""

from typing import cast

from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce

from annotation.models import Mask, Revision
from annotation.selectors.access import HasRole, Person, rows_for
from annotation.selectors.overlap import is_mask_seen, seen_by
from annotation.selectors.queue import places_of


def masks_for(user: Person) -> QuerySet[Mask]:
    """Masks on images that the person may open, deleted masks included."""
    masks = Mask.objects.filter(image__deleted_at=None, image__project__deleted_at=None)
    return rows_for(masks, user=user, path="image__project")


def mask_to_show(user: Person, mask_id: str) -> Mask | None:
    """Find a mask that the person would see in the editor, or would have before it was deleted."""
    mask = masks_for(user).select_related("image").filter(pk=mask_id).first()
    if mask is None:
        return None
    role, places = cast("HasRole", mask).role, places_of(mask.image_id)
    seen = seen_by(user, image=mask.image, role=role, places=places)
    return mask if is_mask_seen(mask, seen) else None


def revisions_of(mask: Mask) -> QuerySet[Revision]:
    """Every state of a mask, with what the history tells of it, in one query.

    Adds `kind` (of the operation; null: imported), `author_name`, `parent`, `tool`, `undos`,
    `picked` (whether the person chose the hypothesis; else it is the one that was shown),
    `source_bundle` (whose proposal the mask came from) and `source_round` (which made that bundle),
    or `source_model` (an outside model's, that an import brought),
    `answering_round` (which made the bundle that answered the prompts).
    """
    effort = KeyTransform("effort", "operation__payload")
    return Revision.objects.filter(mask=mask).annotate(
        kind=F("operation__kind"),
        author_name=F("author__username"),
        parent=_parent(),
        tool=KeyTextTransform("tool", effort),
        undos=Coalesce(Cast(KeyTextTransform("undos", effort), IntegerField()), 0),
        picked=Case(When(operation__payload__effort__picked=True, then=True), default=False),
        source_bundle=F("proposal__bundle_id"),
        source_round=F("proposal__bundle__round__number"),
        source_model=F("proposal__outside_model__name"),
        answering_round=F("bundle__round__number"),
    )


def _parent() -> Subquery:
    """Which mask it was a part of then: what the newest operation up to then that says so says.

    Revisions do not keep the parent themselves, but the log of operations does.
    """
    said = Revision.objects.filter(
        mask=OuterRef("mask"),
        number__lte=OuterRef("number"),
        operation__payload__has_key="parent",
    )
    told = KeyTextTransform("parent", "operation__payload")
    return Subquery(said.order_by("-number").values(told=told)[:1])
