"""The model accepts what its verifier is sure of, and leaves a share to people, as an audit.

Until a person has begun an image, that is no more settled than what waits for a verdict there: it
goes as another bundle comes to propose, see workers/arms.py.
"""

from typing import Any, Final
from uuid import UUID, uuid5

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from annotation.models import Assignment, Bundle, Image, Label, Operation, Proposal
from annotation.selectors.described_masks import described_masks
from annotation.selectors.images import begun
from annotation.services.draws import is_drawn_for_audit
from annotation.services.images import locked_images
from annotation.services.masks import save_operations

# Of 300 that qualify, people decide the 30 that a measurement needs, and are spared 270.
AUDITED_SHARE: Final = 0.1
NAMESPACE: Final = UUID("b0a8f1de-51cf-4a86-9a86-7c2f5f3f8e0d")
log = structlog.get_logger(__name__)


@transaction.atomic
def accept_surely(*, image: Image, bundle: Bundle, threshold: float | None) -> int:
    """Accept what the verifier scores at `threshold` or above; return how many masks that made.

    A share, drawn by hash, stays pending for a person who does not know: the audit. Nothing on the
    holdout, nor where somebody has begun or finished, nor where it is not clear what the object is.
    Safe to run twice.
    """
    if threshold is None:
        return 0
    free = Image.objects.filter(
        pk=image.pk, is_holdout=False, status=Image.Status.TODO, deleted_at=None
    )
    locked = free.select_for_update(of=("self",)).select_related("project").first()
    if locked is None or _is_somebodys(locked):
        return 0
    sure = Proposal.objects.select_related("label").filter(
        image=locked,
        bundle=bundle,
        state=Proposal.State.PENDING,
        verifier_score__gte=threshold,
    )
    labels, only = _labels_of(locked)
    named = {proposal: proposal.suggested_label or only for proposal in sure.order_by("pk")}
    known = {proposal: label for proposal, label in named.items() if label in labels}
    audited = [
        each.pk
        for each in known
        if is_drawn_for_audit(each.pk, project=locked.project, share=AUDITED_SHARE)
    ]
    Proposal.objects.filter(pk__in=audited, audited_at=None).update(audited_at=Now())
    operations = [
        _acceptance(proposal, label, locked.version)
        for proposal, label in known.items()
        if proposal.pk not in audited
    ]
    save_operations(
        image_id=locked.pk, operations=operations, expected_version=locked.version, author=None
    )
    log.info("masks_auto_accepted", image_id=locked.pk, count=len(operations), audited=len(audited))
    return len(operations)


@transaction.atomic
def withdraw_accepted(*, image: Image, keeping: Bundle | None) -> int:
    """Delete the masks that the model accepted, but for one bundle's; return how many.

    On an image that nobody has begun: another bundle comes to propose there, or (None) people are
    to do it alone.
    """
    accepted = Proposal.objects.filter(image=image)
    return withdraw_acceptances(accepted if keeping is None else accepted.exclude(bundle=keeping))


@transaction.atomic
def withdraw_acceptances(proposals: QuerySet[Proposal]) -> int:
    """Delete the masks that the model made of these by itself; return how many.

    On images that nobody has begun. The proposals are superseded as pending ones are, and come back
    as these do. What people have described stays, which nobody needs to begin an image for.
    """
    accepted = proposals.filter(is_auto_accepted=True)
    images = locked_images(set(accepted.values_list("image", flat=True)))
    return sum(_withdraw(image, accepted.filter(image=image)) for image in images)


def _withdraw(image: Image, accepted: QuerySet[Proposal]) -> int:
    made = {mask for mask in accepted.values_list("mask", flat=True) if mask}
    accepted = accepted.exclude(mask__in=described_masks(made))
    masks = list(accepted.order_by("pk").values_list("mask", flat=True))
    if not masks:
        return 0
    save_operations(
        image_id=image.pk,
        operations=[_withdrawal(mask, image.version) for mask in masks if mask],
        expected_version=image.version,
        author=None,
    )
    accepted.update(
        state=Proposal.State.SUPERSEDED,
        mask=None,
        decided_at=None,
        is_auto_accepted=False,
        final_iou=None,
        is_untouched=None,
    )
    log.info("accepted_masks_withdrawn", image_id=image.pk, count=len(masks))
    return len(masks)


def _is_somebodys(image: Image) -> bool:
    """Tell whether a person has a place at it; one whose lease ran out may still come back."""
    places = Assignment.objects.filter(image=image, kind=Assignment.Kind.ANNOTATE)
    if places.exclude(state=Assignment.State.OPEN).exists():
        return True
    return Image.objects.filter(begun(), pk=image.pk).exists()


def _labels_of(image: Image) -> tuple[set[int | None], int | None]:
    """Return the labels of its project, and that of objects which nothing names, if it is sure.

    It is where the project never had another: what was found may be of a kind that was deleted.
    """
    deleted = dict(Label.objects.filter(project=image.project_id).values_list("pk", "deleted_at"))
    living: set[int | None] = {label for label, at in deleted.items() if at is None}
    return living, next(iter(living)) if len(deleted) == len(living) == 1 else None


def _acceptance(proposal: Proposal, label: int | None, version: int) -> dict[str, Any]:
    """Write it as a client would; it carries the pixels for pages that never saw the proposal.

    What was accepted before and withdrawn makes the same mask again, by another operation.
    """
    return {
        "id": uuid5(NAMESPACE, f"operation {proposal.pk} {version}"),
        "kind": Operation.Kind.CREATE,
        "mask": uuid5(NAMESPACE, f"mask {proposal.pk}"),
        "proposal": proposal.pk,
        "label": label,
        "rle": proposal.rle,
        "effort": {"bundle": proposal.bundle_id},
    }


def _withdrawal(mask: UUID, version: int) -> dict[str, Any]:
    return {
        "id": uuid5(NAMESPACE, f"withdrawal {mask} {version}"),
        "kind": Operation.Kind.DELETE,
        "mask": mask,
    }
