"""What one operation of a save does to an image's masks and proposals, in memory.

services/masks.py loads a Canvas, applies the operations in order, and writes the result.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

from annotation.errors import DomainError, InvalidInputError
from annotation.models import Image, Mask, MaskCaption, Operation, Proposal, Revision
from annotation.services.attributes import Definition, Value, merged
from engine.masks import rle as rles
from engine.masks.rle import RLE
from engine.masks.validate import InvalidMaskError, validate_rle

Op = Mapping[str, Any]  # as api/operations.py validates it; ids are UUIDs
State = Proposal.State


class ProposalDecidedError(DomainError):
    """Another mask has been made of the proposal, or another person's is there."""

    code = "proposal_decided"


@dataclass(slots=True)
class Canvas:
    """An image's rows that a save touches, and what it makes."""

    image: Image
    author: User | None  # None: the model accepts by itself
    label_ids: set[int]
    bundle_ids: set[str]  # those among the told that serve or served the project
    definitions: Mapping[str, Definition]  # of attributes; none unless an operation sets one
    masks: dict[UUID, Mask]
    proposals: dict[UUID, Proposal]
    takes: Mapping[UUID, UUID | None]  # of those told, the mask that each is about
    new_masks: list[Mask] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    captions: list[MaskCaption] = field(default_factory=list)
    touched: dict[UUID, Mask] = field(default_factory=dict)
    decided: dict[UUID, Proposal] = field(default_factory=dict)


def apply_operation(canvas: Canvas, op: Op, operation: Operation, where: str) -> None:
    """Apply one operation; `where` is its place in the request, for the error."""
    APPLY[op["kind"]](canvas, op, operation, where)


def _create(canvas: Canvas, op: Op, operation: Operation, where: str) -> None:
    mask = _deleted_mask(canvas, op, where) or _new_mask(canvas, op, where)
    proposal = _proposal(canvas, op, where) if op.get("proposal") else None
    _set_parent(canvas, mask, {"parent": None, **op}, where)
    revision = _revision(canvas, mask, op, operation, where)
    revision.rle = _valid_rle(canvas, op["rle"], where)
    revision.label_id = _label(canvas, op["label"], where)
    revision.z = op.get("z", 0)
    revision.attributes = _attributes(canvas, {}, op, where)
    revision.proposal = proposal
    _append(canvas, mask, revision)
    if proposal is not None:
        _accept(canvas, proposal, mask, where)


def _revise(canvas: Canvas, op: Op, operation: Operation, where: str) -> None:
    mask = _mask(canvas, op["mask"], where)
    _set_parent(canvas, mask, op, where)
    mask.is_aside = op.get("aside", mask.is_aside)
    before = _head(mask)
    revision = _revision(canvas, mask, op, operation, where)
    revision.rle = _valid_rle(canvas, op["rle"], where) if "rle" in op else _last_rle(mask, before)
    revision.label_id = _label(canvas, op["label"], where) if "label" in op else before.label_id
    revision.z = op.get("z", before.z)
    revision.attributes = _attributes(canvas, before.attributes, op, where)
    revision.proposal_id = before.proposal_id
    _append(canvas, mask, revision)


def _delete(canvas: Canvas, op: Op, operation: Operation, where: str) -> None:
    mask = _mask(canvas, op["mask"], where)
    before = _head(mask)
    revision = _revision(canvas, mask, op, operation, where)
    revision.label_id, revision.proposal_id = before.label_id, before.proposal_id
    revision.attributes, revision.z = before.attributes, before.z
    _append(canvas, mask, revision)


def _verdict(canvas: Canvas, op: Op, operation: Operation, where: str) -> None:
    proposal = _proposal(canvas, op, where)
    if op["verdict"] != State.ACCEPTED:
        _check_nobody_elses(canvas, proposal)
        _decide(canvas, proposal, State(op["verdict"]), None)
        return
    mask = canvas.masks.get(op["mask"]) or _new_mask(canvas, op, where)
    _check_image(canvas, mask, where)
    before = mask.head.attributes if mask.head else {}
    revision = _revision(canvas, mask, op, operation, where)
    revision.rle = proposal.rle
    revision.attributes = _attributes(canvas, before, op, where)
    revision.label_id = _label(canvas, op["label"], where)
    revision.proposal = proposal
    _append(canvas, mask, revision)
    _accept(canvas, proposal, mask, where)
    proposal.is_unseen = op.get("is_unseen", False)


def _caption(canvas: Canvas, op: Op, operation: Operation, where: str) -> None:
    """Append what is said of a mask. The mask stays what it was: no revision comes of it."""
    mask, recording = _mask(canvas, op["mask"], where), op.get("recording")
    if canvas.author is None:
        raise AssertionError("the model says nothing of a mask by an operation")
    if recording is not None and canvas.takes.get(recording) != mask.pk:
        raise InvalidInputError("No such recording is about this mask.", field=f"{where}.recording")
    canvas.captions.append(
        MaskCaption(
            pk=operation.pk,
            mask=mask,
            author=canvas.author,
            text=op["text"],
            recording_id=recording,
        )
    )


APPLY: Final[Mapping[str, Callable[[Canvas, Op, Operation, str], None]]] = {
    Operation.Kind.CREATE: _create,
    Operation.Kind.REVISE: _revise,
    Operation.Kind.DELETE: _delete,
    Operation.Kind.VERDICT: _verdict,
    Operation.Kind.CAPTION: _caption,
}


def _new_mask(canvas: Canvas, op: Op, where: str) -> Mask:
    """Begin a mask. One that is drawn beside the set that counts stands aside."""
    mask_id, slot = op["mask"], op.get("slot", 0)
    if mask_id in canvas.masks:
        raise InvalidInputError("A mask with this id exists already.", field=f"{where}.mask")
    mask = Mask(pk=mask_id, image=canvas.image, slot=slot, is_aside=slot > 0)
    canvas.masks[mask_id] = mask
    canvas.new_masks.append(mask)
    return mask


def _deleted_mask(canvas: Canvas, op: Op, where: str) -> Mask | None:
    """Find the mask that is made again: by redo, of a proposal of which others have made theirs."""
    mask = canvas.masks.get(op["mask"])
    if mask is None or mask.head is None or mask.head.rle is not None:
        return None
    _check_image(canvas, mask, where)
    return mask


def _mask(canvas: Canvas, mask_id: UUID, where: str) -> Mask:
    mask = canvas.masks.get(mask_id)
    if mask is None:
        raise InvalidInputError("The image has no such mask.", field=f"{where}.mask")
    _check_image(canvas, mask, where)
    return mask


def _check_image(canvas: Canvas, mask: Mask, where: str) -> None:
    if mask.image_id != canvas.image.pk:
        raise InvalidInputError("The image has no such mask.", field=f"{where}.mask")


def _proposal(canvas: Canvas, op: Op, where: str) -> Proposal:
    proposal = canvas.proposals.get(op["proposal"])
    if proposal is None or proposal.image_id != canvas.image.pk:
        raise InvalidInputError("The image has no such proposal.", field=f"{where}.proposal")
    return proposal


def _label(canvas: Canvas, label_id: int | None, where: str) -> int | None:
    """A label may be a tombstone: deleting it must not make anybody's save fail."""
    if label_id is not None and label_id not in canvas.label_ids:
        raise InvalidInputError("The project has no such label.", field=f"{where}.label")
    return label_id


def _bundle(canvas: Canvas, bundle_id: str | None, where: str) -> str | None:
    """A bundle that served once is never deleted, so an older page's save does not fail here."""
    if bundle_id is not None and bundle_id not in canvas.bundle_ids:
        raise InvalidInputError("The project has no such bundle.", field=f"{where}.effort.bundle")
    return bundle_id


def _attributes(
    canvas: Canvas, before: Mapping[str, Value], op: Op, where: str
) -> dict[str, Value]:
    return merged(before, op.get("attributes") or {}, canvas.definitions, where)


def _set_parent(canvas: Canvas, mask: Mask, op: Op, where: str) -> None:
    if "parent" not in op:
        return
    seen = {mask.pk}
    above = op["parent"]
    while above is not None:
        parent = canvas.masks.get(above)
        if parent is None or parent.image_id != canvas.image.pk or parent.pk in seen:
            raise InvalidInputError(
                "A parent is another mask of the image, and no part of this one.",
                field=f"{where}.parent",
            )
        seen.add(parent.pk)
        above = parent.parent_id
    mask.parent_id = op["parent"]


def _valid_rle(canvas: Canvas, rle: object, where: str) -> RLE:
    try:
        return validate_rle(rle, canvas.image.size_hw)
    except InvalidMaskError as error:
        raise InvalidInputError(str(error), field=f"{where}.rle") from None


def _revision(canvas: Canvas, mask: Mask, op: Op, operation: Operation, where: str) -> Revision:
    effort = op.get("effort") or {}
    return Revision(
        mask=mask,
        number=mask.head.number + 1 if mask.head else 1,
        operation=operation,
        author=canvas.author,
        bundle_id=_bundle(canvas, effort.get("bundle"), where),
        prompts=effort.get("prompts", []),
        hypothesis=effort.get("hypothesis"),
        seconds=effort.get("seconds", 0),
        clicks=effort.get("clicks", 0),
        strokes=effort.get("strokes", 0),
    )


def _append(canvas: Canvas, mask: Mask, revision: Revision) -> None:
    revision.area_px = rles.area(revision.rle) if revision.rle else 0
    mask.head = revision
    canvas.revisions.append(revision)
    canvas.touched[mask.pk] = mask


def _head(mask: Mask) -> Revision:
    if mask.head is None:
        raise AssertionError(f"mask {mask.pk} was saved without a revision")
    return mask.head


def _last_rle(mask: Mask, head: Revision) -> Any:  # noqa: ANN401  # JSON
    """Return what the mask looks like, or looked like before it was deleted."""
    if head.rle is not None:
        return head.rle
    drawn = Revision.objects.filter(mask=mask, rle__isnull=False).order_by("-number")
    return drawn.values_list("rle", flat=True).first()


def _accept(canvas: Canvas, proposal: Proposal, mask: Mask, where: str) -> None:
    if proposal.state == State.ACCEPTED and proposal.mask_id != mask.pk:
        raise ProposalDecidedError("Another mask has been made of this proposal already.")
    others = _others(canvas.proposals.values(), proposal)
    if any(other.mask_id == mask.pk for other in others):
        raise InvalidInputError("The mask has come from another proposal.", field=f"{where}.mask")
    _decide(canvas, proposal, State.ACCEPTED, mask)


def _check_nobody_elses(canvas: Canvas, proposal: Proposal) -> None:
    """Refuse to decide against what another person accepted, as long as their mask is there."""
    author_id = canvas.author and canvas.author.pk
    if proposal.state != State.ACCEPTED or proposal.decided_by_id in (None, author_id):
        return
    mask = proposal.mask and canvas.masks.get(proposal.mask.pk, proposal.mask)
    if mask and mask.head and mask.head.rle is not None:
        raise ProposalDecidedError("Somebody else has made a mask of this proposal.")


def _others(proposals: Any, proposal: Proposal) -> Sequence[Proposal]:  # noqa: ANN401
    return [other for other in proposals if other.pk != proposal.pk]


def _decide(canvas: Canvas, proposal: Proposal, state: Proposal.State, mask: Mask | None) -> None:
    is_open = state == State.PENDING
    proposal.state = state
    proposal.mask = mask
    proposal.decided_by = None if is_open else canvas.author
    proposal.decided_at = None if is_open else timezone.now()
    proposal.is_auto_accepted = state == State.ACCEPTED and canvas.author is None
    proposal.is_unseen = False
    proposal.final_iou = proposal.is_untouched = None  # it was of the verdict before
    canvas.decided[proposal.pk] = proposal
