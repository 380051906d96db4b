"""Masks that come with the images: imported annotations, as first revisions."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, When
from django.utils import timezone

from annotation.models import Image, Label, Mask, MaskCaption, Revision
from annotation.selectors.described_masks import described_masks
from annotation.services.copying import copy_rows, next_ids
from annotation.services.images import locked_images
from annotation.services.labels import ids_meant, namesakes
from engine.datasets.parents import circular
from engine.masks import rle as rles
from engine.masks.rle import RLE
from engine.masks.validate import validate_rle

NAMESPACE = UUID("6f0a2b5c-6a0e-4f0f-9d0e-0c7f3c6c9b55")
FIRST: Final = 1  # number of a mask's revisions
_MASK: Final = ("id", "image_id", "slot", "is_aside", "parent_id", "head_id", "created_at")
_REVISION: Final = (
    *("id", "mask_id", "number", "label_id", "author_id", "created_at"),
    *("rle", "area_px", "z", "attributes", "origin"),
    *("prompts", "seconds", "clicks", "strokes"),
)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seed:
    """One imported mask. `key` names it among those of its image, for its parts and its caption."""

    rle: RLE
    label: Label | None = None
    key: str = ""
    parent: str = ""  # key of what it is a part of
    z: int = 0
    caption: str = ""  # its own
    attributes: Mapping[str, str | float] = field(default_factory=dict)  # by the attributes' ids
    origin: Mapping[str, str] = field(default_factory=dict)  # what files say of where it comes from
    author: User | None = None  # a member who made it elsewhere; None: who imports it counts


@dataclass(frozen=True, slots=True)
class Seeded:
    """The masks of an image's seeds, by their ids."""

    brought: tuple[UUID, ...] = ()
    met: tuple[UUID, ...] = ()  # were there already, or a person has deleted them
    seeds: tuple[Seed, ...] = ()  # of those brought
    left: int = 0  # captions that had no place, as something else was there
    keys: Mapping[str, UUID] = field(default_factory=dict)  # of all of them, by the seeds' keys


@dataclass(frozen=True, slots=True)
class _Due:
    """A mask that is to be written, or is there and comes back."""

    mask_id: UUID
    image_id: int
    parent_id: UUID | None
    number: int  # of its revision
    seed: Seed


class _Plan(NamedTuple):
    """What becomes of images' seeds."""

    due: list[_Due]
    seeded: list[Seeded]  # in the order of the images
    parents: dict[UUID, UUID]  # of masks that are there, as the seeds tell them


def seed_masks(*, image: Image, seeds: Sequence[Seed], author: User) -> Seeded:
    """Give one image imported masks, wherever they come from.

    Raises:
        InvalidMaskError: a mask does not fit the image; none of them is added.

    """
    valid = [replace(each, rle=validate_rle(each.rle, image.size_hw)) for each in seeds]
    [seeded] = seed_images([(image, valid)], author=author)
    return seeded


@transaction.atomic
def seed_images(wanted: Sequence[tuple[Image, Sequence[Seed]]], *, author: User) -> list[Seeded]:
    """Give images masks that are canonical and fit them, and tell what each was given.

    A seed's id follows from its image, label and pixels: importing twice adds nothing, nor does
    an image that comes twice. One that came under a label in the trash which had that name is the
    same. One whose import was undone comes back. One that is there becomes a part of what was
    missing when it came.
    """
    list(locked_images({image.pk for image, _ in wanted}).values_list("pk"))
    plan = _planned(wanted)
    if plan.due:
        _write(plan.due, author)
    changed = {each.image_id for each in plan.due} | _relate(plan.parents)
    Image.objects.filter(pk__in=changed).update(version=F("version") + 1)
    return plan.seeded


def look_at_seeds(wanted: Sequence[tuple[Image, Sequence[Seed]]]) -> list[Seeded]:
    """Tell what `seed_images` would give images, and give them nothing."""
    return _planned(wanted).seeded


def _planned(wanted: Sequence[tuple[Image, Sequence[Seed]]]) -> _Plan:
    gone = namesakes({seed.label for _, seeds in wanted for seed in seeds if seed.label})
    possible = [
        (image, [(_ids_of(image, seed, gone), seed) for seed in seeds]) for image, seeds in wanted
    ]
    numbers = _last_numbers({each for _, seeds in possible for ids, _ in seeds for each in ids})
    named = [
        (image, [(_meant(ids, numbers), seed) for ids, seed in seeds]) for image, seeds in possible
    ]
    due: list[_Due] = []
    seeded = []
    parents: dict[UUID, UUID] = {}
    for image, seeds in named:
        told = _parents(seeds)
        own = _due(image, seeds, told, numbers)
        numbers |= dict.fromkeys((each.mask_id for each in own), None)  # by now they are there
        brought = tuple(each.mask_id for each in own)
        met = {mask_id for mask_id, _ in seeds}.difference(brought)
        keys = {seed.key: mask_id for mask_id, seed in seeds if seed.key}
        seeded.append(Seeded(brought, tuple(met), tuple(each.seed for each in own), keys=keys))
        due += own
        new = {each.mask_id for each in own if each.number == FIRST}
        parents |= {part: whole for part, whole in told.items() if part not in new}
    left = _captions_left([seeds for _, seeds in named], due)
    counted = [replace(each, left=count) for each, count in zip(seeded, left, strict=True)]
    return _Plan(due, counted, parents)


def _ids_of(image: Image, seed: Seed, gone: Mapping[int, Sequence[int]]) -> list[UUID]:
    """Return a seed's id, and then those that it had under labels in the trash."""
    digest = rles.digest(seed.rle)
    labels = ids_meant(seed.label, gone)
    return [uuid5(NAMESPACE, f"{image.pk} {label_id} {digest}") for label_id in labels]


def _meant(ids: Sequence[UUID], numbers: Mapping[UUID, int | None]) -> UUID:
    """Return the first id of a mask that is there, or else of one whose import was undone."""
    known = [each for each in ids if each in numbers] or ids
    return next((each for each in known if numbers.get(each, FIRST) is None), known[0])


def _last_numbers(mask_ids: set[UUID]) -> dict[UUID, int | None]:
    """Find the masks that are known, with the last number of those whose import was undone."""
    undone = Q(head__rle__isnull=True, head__operation=None)
    number = Case(When(undone, then="head__number"), output_field=IntegerField())
    return dict(Mask.objects.filter(pk__in=mask_ids).values_list("pk", number))


def _parents(seeds: Sequence[tuple[UUID, Seed]]) -> dict[UUID, UUID]:
    """Return what masks are parts of, of equals as the first one tells."""
    ids = {seed.key: mask_id for mask_id, seed in seeds if seed.key}
    told = {mask_id: ids.get(seed.parent) for mask_id, seed in reversed(seeds)}
    return {part: whole for part, whole in told.items() if whole is not None}


def _due(
    image: Image,
    seeds: Sequence[tuple[UUID, Seed]],
    parents: Mapping[UUID, UUID],
    numbers: Mapping[UUID, int | None],
) -> list[_Due]:
    due = {}
    for mask_id, seed in seeds:
        number = numbers.get(mask_id, FIRST - 1)
        if number is not None and mask_id not in due:  # of equals, the first
            due[mask_id] = _Due(mask_id, image.pk, parents.get(mask_id), number + 1, seed)
    # A whole and its part may be equal, and so one mask, which is no part of itself.
    for mask_id in circular({each.mask_id: each.parent_id for each in due.values()}):
        due[mask_id] = replace(due[mask_id], parent_id=None)
    return list(due.values())


def _write(due: Sequence[_Due], author: User) -> None:
    """Write the masks, and revisions that are their heads from the beginning."""
    heads = next_ids(Revision, len(due))
    now = timezone.now()  # each is newer than the one before, and none is of the future
    made_at = [now - timedelta(microseconds=back) for back in reversed(range(len(due)))]
    rows = list(zip(due, heads, made_at, strict=True))
    copy_rows(Mask, _MASK, (_mask_row(*each) for each in rows if each[0].number == FIRST))
    copy_rows(Revision, _REVISION, (_revision_row(*each, author) for each in rows))
    if back := [each.mask_id for each in due if each.number > FIRST]:
        newest = Revision.objects.filter(mask=OuterRef("pk")).order_by("-number")
        Mask.objects.filter(pk__in=back).update(head=Subquery(newest.values("pk")[:1]))
    MaskCaption.objects.bulk_create(
        MaskCaption(
            pk=_caption_id(each.mask_id, each.seed),
            mask_id=each.mask_id,
            text=each.seed.caption,
            author=author,
        )
        for each in _described_anew(due)
    )
    log.info("masks_seeded", images=len({each.image_id for each in due}), count=len(due))


def _relate(parents: Mapping[UUID, UUID]) -> set[int]:
    """Make masks parts of others; return the images in which any became one.

    What is a part already, or was changed by a person, stays as it is, and so does what would be a
    part of itself or of what is not there.
    """
    alone = Mask.objects.filter(
        pk__in=parents, parent=None, head__rle__isnull=False, head__operation=None
    )
    parts = list(alone.filter(head__proposal=None))
    if not parts:
        return set()
    there = Mask.objects.filter(pk__in=parents.values(), head__rle__isnull=False)
    wholes = set(there.values_list("pk", flat=True))
    told = {each.pk: parents[each.pk] for each in parts if parents[each.pk] in wholes}
    known = Mask.objects.filter(image__in={each.image_id for each in parts})
    own = circular({**dict(known.values_list("pk", "parent")), **told})
    related = [each for each in parts if each.pk in told.keys() - own]
    for each in related:
        each.parent_id = told[each.pk]
    Mask.objects.bulk_update(related, ["parent"])
    return {each.image_id for each in related}


def _captions_left(named: Sequence[Sequence[tuple[UUID, Seed]]], due: Sequence[_Due]) -> list[int]:
    """Count, for each image, captions that its masks do not get: these were there, or twice."""
    own = [{_caption_id(each, seed) for each, seed in seeds if seed.caption} for seeds in named]
    coming = {_caption_id(each.mask_id, each.seed) for each in _described_anew(due)}
    others = [each for one in own for each in one - coming]
    known = set(MaskCaption.objects.filter(pk__in=others).values_list("pk", flat=True))
    return [len(each - coming - known) for each in own]


def _described_anew(due: Sequence[_Due]) -> list[_Due]:
    """Return the masks that get a caption: one that comes back has its own."""
    return [each for each in due if each.number == FIRST and each.seed.caption]


def _caption_id(mask_id: UUID, seed: Seed) -> UUID:
    return uuid5(mask_id, seed.caption)


def _mask_row(due: _Due, head: int, at: datetime) -> tuple[object, ...]:
    return due.mask_id, due.image_id, 0, False, due.parent_id, head, at


def _revision_row(due: _Due, head: int, at: datetime, author: User) -> tuple[object, ...]:
    seed = due.seed
    label_id = seed.label.pk if seed.label else None
    made = (head, due.mask_id, due.number, label_id, (seed.author or author).pk, at)
    told = (json.dumps(dict(seed.attributes)), json.dumps(dict(seed.origin)))
    drawn = (json.dumps(seed.rle), rles.area(seed.rle), seed.z, *told)
    return *made, *drawn, "[]", 0, 0, 0


@transaction.atomic
def unseed_masks(*, image: Image, mask_ids: Collection[UUID], author: User) -> list[UUID]:
    """Take imported masks away that nobody has changed or described since; return those.

    Each gets a revision without an RLE, as one that a person deletes does.
    """
    locked = Image.objects.select_for_update().get(pk=image.pk)
    masks = Mask.objects.filter(pk__in=mask_ids, head__rle__isnull=False).select_related("head")
    described = described_masks({mask.pk for mask in masks})
    gone = [mask for mask in masks if _is_seed(mask) and mask.pk not in described]
    if not gone:
        return []
    revisions = Revision.objects.bulk_create(
        Revision(mask=mask, number=_head(mask).number + 1, label=_head(mask).label, author=author)
        for mask in gone
    )
    for mask, revision in zip(gone, revisions, strict=True):
        mask.head = revision
    Mask.objects.bulk_update(gone, ["head"])
    Image.objects.filter(pk=locked.pk).update(version=F("version") + 1)
    log.info("masks_unseeded", image_id=locked.pk, count=len(gone))
    return [mask.pk for mask in gone]


def _is_seed(mask: Mask) -> bool:
    """Tell whether a mask is as it was imported: whatever people do has an operation."""
    head = _head(mask)
    return head.rle is not None and head.operation_id is None and head.proposal_id is None


def _is_undone(mask: Mask) -> bool:
    head = _head(mask)
    return head.rle is None and head.operation_id is None


def _head(mask: Mask) -> Revision:
    assert mask.head is not None  # noqa: S101  # a seed has one from its beginning
    return mask.head
