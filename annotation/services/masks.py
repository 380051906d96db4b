"""Saving masks exactly as DESIGN's "Saving" says: versioned, idempotent, append-only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from annotation.errors import InvalidInputError, StaleVersionError
from annotation.models import (
    AliasMove,
    Image,
    Label,
    Mask,
    MaskCaption,
    Membership,
    Operation,
    Proposal,
    Recording,
    Revision,
)
from annotation.prepared import Param, Params, Prepared, PreparedInsert
from annotation.selectors.access import REVIEWERS, SOMEBODY
from annotation.selectors.overlap import operations_on, slot_of
from annotation.services.assignments import mark_done
from annotation.services.attributes import definitions_of
from annotation.services.operations import Canvas, Op, apply_operation
from annotation.services.outcomes import write_outcomes

UUIDS: Final = ("id", "mask", "parent", "proposal", "recording")
BEING_ANNOTATED: Final = {Image.Status.TODO, Image.Status.RETURNED}
MAKES_MASKS: Final = {Operation.Kind.CREATE, Operation.Kind.VERDICT}
FIELDS: Final = ("pk", "version", "height", "width", "project_id", "status")
OF_A_VERDICT: Final = (
    "state",
    "mask",
    "decided_by",
    "decided_at",
    "is_auto_accepted",
    "is_unseen",
    "final_iou",
    "is_untouched",
)
log = structlog.get_logger(__name__)
_IMAGE = Prepared(
    lambda: (
        Image.objects.filter(pk=Param("image"))
        .annotate(author_slot=slot_of(SOMEBODY))
        .only(*FIELDS)
        .select_for_update()
    )
)
_SAVED = Prepared(
    lambda: Operation.objects.filter(pk__in=Params("ids", "uuid")).values_list("pk", "image_id")
)
_MASKS = Prepared(lambda: Mask.objects.filter(pk__in=Params("ids", "uuid")).select_related("head"))
_BUNDLES = Prepared(
    lambda: AliasMove.objects.filter(
        project_id=Param("project"), to_bundle_id__in=Params("ids", "text")
    ).values_list("to_bundle_id", flat=True)
)
_NEW_MASKS, _NEW_OPERATIONS = PreparedInsert(Mask), PreparedInsert(Operation)
_NEW_REVISIONS = PreparedInsert(Revision)


@dataclass(frozen=True, slots=True)
class SaveResult:
    """The image's version after the save, and the newest revision number of each mask in it."""

    version: int
    masks: list[tuple[UUID, int]]


@transaction.atomic
def save_operations(
    *, image_id: int, operations: Sequence[Op], expected_version: int, author: User | None
) -> SaveResult:
    """Append a client's operations to an image, all or none. Without author, they are the model's.

    An operation whose id is known has been saved before and is skipped, for ever: sending a
    request again is harmless. api/operations.py says what an operation holds.

    Raises:
        StaleVersionError: somebody saved in between; carries the operations missed, those among
            them that the client sends again in their place.
        InvalidInputError: an operation cannot be applied; names its place and field.

    """
    operations = [_with_uuids(op) for op in operations]
    _check_ids(operations)
    image = _locked(image_id, author)
    known = _known(image, operations)
    fresh = [(i, op) for i, op in enumerate(operations) if op["id"] not in known]
    if image.version != expected_version:
        _check_missed_nothing(image, expected_version, known, is_resent=not fresh)
    if not fresh:
        return SaveResult(image.version, _saved_heads(operations))

    version = image.version + 1
    slot = 0 if image.status == Image.Status.REVIEWED else image.author_slot or 0
    fresh = [(i, _with_slot(op, slot)) for i, op in fresh]
    canvas = _load(image, [op for _, op in fresh], author)
    rows = [
        Operation(
            pk=op["id"],
            image=image,
            image_version=version,
            position=position,
            kind=op["kind"],
            author=author,
        )
        for position, (_, op) in enumerate(fresh)
    ]
    for row, (index, op) in zip(rows, fresh, strict=True):
        apply_operation(canvas, op, row, f"operations[{index}]")
        row.payload = _payload(op)
    _write(canvas, rows, version)
    if image.status == Image.Status.REVIEWED and not _may_review(image, author):
        mark_done([image.pk])  # nobody has reviewed what it is now: as what an offline device sent
    log.info("masks_saved", image_id=image.pk, version=version, operations=len(rows))
    return SaveResult(version, [(m.pk, m.head.number) for m in canvas.touched.values() if m.head])


def _may_review(image: Image, author: User | None) -> bool:
    members = Membership.objects.filter(project=image.project_id, user=author, role__in=REVIEWERS)
    return members.exists()


def _locked(image_id: int, author: User | None) -> Any:  # noqa: ANN401  # annotated
    """Lock an image, and find the `author_slot` beside it."""
    image = _IMAGE.first(image=image_id, user=author.pk if author else 0)
    if image is None:
        raise Image.DoesNotExist
    return image


def _with_uuids(op: Op) -> Op:
    """Ids may come as text, from a program that calls this itself."""
    texts = {key: UUID(op[key]) for key in UUIDS if isinstance(op.get(key), str)}
    return {**op, **texts}


def _with_slot(op: Op, slot: int) -> Op:
    """Say in which set a new mask is drawn: it stays in the log, for those who will read it."""
    return {"slot": slot, **op} if slot and op["kind"] in MAKES_MASKS else op


def _check_ids(operations: Sequence[Op]) -> None:
    seen: set[UUID] = set()
    for index, op in enumerate(operations):
        if op["id"] in seen:
            raise InvalidInputError("Two operations have this id.", field=f"operations[{index}].id")
        seen.add(op["id"])


def _known(image: Image, operations: Sequence[Op]) -> set[UUID]:
    ids = [op["id"] for op in operations]
    found = dict(_SAVED.rows(ids=ids))
    for index, op in enumerate(operations):
        if found.get(op["id"], image.pk) != image.pk:
            raise InvalidInputError(
                "This operation was saved to another image.", field=f"operations[{index}].id"
            )
    return set(found)


def _saved_heads(operations: Sequence[Op]) -> list[tuple[UUID, int]]:
    masks = Mask.objects.filter(pk__in=_ids(operations, "mask"), head__isnull=False)
    return list(masks.values_list("pk", "head__number"))


def _check_missed_nothing(
    image: Any,  # noqa: ANN401  # annotated
    expected: int,
    known: set[UUID],
    *,
    is_resent: bool,
) -> None:
    """Refuse a save that was made without what others did before, to masks that the author sees.

    `known` are the operations in it that were saved before; with `is_resent`, that is all of it.
    """
    later = Operation.objects.filter(image=image, image_version__gt=expected)
    is_blind = image.author_slot is not None and image.status in BEING_ANNOTATED
    seen = operations_on(later, image.author_slot) if is_blind else later
    if is_resent and not seen.exclude(pk__in=known).exists():
        return
    if seen.exists() or not later.exists():
        message = f"The image is at version {image.version}, not {expected}."
        raise stale(message, image=image, missed=seen)


def stale(message: str, *, image: Image, missed: QuerySet[Operation]) -> StaleVersionError:
    """Return the refusal of what was decided without those operations, which it hands on."""
    rows = missed.select_related("author").order_by("image_version", "position")
    return StaleVersionError(
        message, version=image.version, missed=[_as_missed(operation) for operation in rows]
    )


def _as_missed(operation: Operation) -> dict[str, Any]:
    """Tell what was done and by whom. Of the model, not by which bundle: that tells the arm."""
    author = operation.author.username if operation.author else None
    told = {**operation.payload, "author": author, "image_version": operation.image_version}
    if author is None:
        told.pop("effort", None)
    return told


def _load(image: Image, operations: Sequence[Op], author: User | None) -> Canvas:
    """Fetch the rows that the operations name, one query for each kind that they name at all."""
    mask_ids, proposal_ids = _ids(operations, "mask"), _ids(operations, "proposal")
    masks: Iterable[Mask] = _MASKS.rows(ids=mask_ids)
    if _ids(operations, "parent"):  # a cycle may pass through any mask of the image
        masks = Mask.objects.filter(Q(pk__in=mask_ids) | Q(image=image)).select_related("head")
    proposals: Iterable[Proposal] = ()
    if proposal_ids:
        proposals = Proposal.objects.filter(Q(pk__in=proposal_ids) | Q(mask__in=mask_ids))
    labels: Iterable[int] = ()
    if label_ids := _ids(operations, "label"):
        mine = Label.objects.filter(pk__in=label_ids, project_id=image.project_id)
        labels = mine.values_list("pk", flat=True)
    bundles: Iterable[str] = ()
    if bundle_ids := _bundle_ids(operations):
        bundles = _BUNDLES.rows(project=image.project_id, ids=bundle_ids)
    takes: Iterable[tuple[UUID, UUID | None]] = ()
    if recording_ids := _ids(operations, "recording"):
        takes = Recording.objects.filter(pk__in=recording_ids).values_list("pk", "mask_id")
    sets_attributes = any(op.get("attributes") for op in operations)
    return Canvas(
        image=image,
        author=author,
        label_ids=set(labels),
        bundle_ids=set(bundles),
        definitions=definitions_of(image.project_id) if sets_attributes else {},
        masks={mask.pk: mask for mask in masks},
        proposals={proposal.pk: proposal for proposal in proposals},
        takes=dict(takes),
    )


def _write(canvas: Canvas, operations: Sequence[Operation], version: int) -> None:
    heads = [(mask, mask.head) for mask in canvas.touched.values()]
    for mask in canvas.new_masks:
        mask.head = None
    _NEW_MASKS.add(canvas.new_masks)
    _NEW_OPERATIONS.add(operations)
    _NEW_REVISIONS.add(canvas.revisions)
    for mask, head in heads:
        mask.head = head
    _turn_to(version, canvas.image, list(canvas.touched.values()))
    if canvas.captions:
        MaskCaption.objects.bulk_create(canvas.captions)
    if canvas.decided:
        Proposal.objects.bulk_update(canvas.decided.values(), OF_A_VERDICT)
    if canvas.image.status in Image.FINISHED:  # a reviewer's work tells what was right, too
        write_outcomes(canvas.image)


def _turn_to(version: int, image: Image, masks: Sequence[Mask]) -> None:
    """Write an image's version and what its masks point to. SQL of its own: Django's costs more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH turned AS (UPDATE annotation_image SET version = %s WHERE id = %s)"
            " UPDATE annotation_mask"
            " SET head_id = new.head, parent_id = new.parent, is_aside = new.is_aside"
            " FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[], %s::bool[])"
            " AS new (id, head, parent, is_aside)"
            " WHERE annotation_mask.id = new.id",
            [
                version,
                image.pk,
                [mask.pk for mask in masks],
                [mask.head and mask.head.pk for mask in masks],
                [mask.parent_id for mask in masks],
                [mask.is_aside for mask in masks],
            ],
        )


def _payload(op: Op) -> dict[str, Any]:
    """Return the operation as JSON, for those who will have missed it."""
    return {
        key: str(value) if isinstance(value, UUID) else _plain(value) for key, value in op.items()
    }


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _bundle_ids(operations: Sequence[Op]) -> list[str]:
    told = ((op.get("effort") or {}).get("bundle") for op in operations)
    return list({bundle_id for bundle_id in told if bundle_id is not None})


def _ids(operations: Sequence[Op], key: str) -> list[Any]:
    return [op[key] for op in operations if op.get(key) is not None]
