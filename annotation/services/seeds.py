"""Masks that come with the images: imported annotations, as first revisions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from annotation.models import Image, Label, Mask, MaskCaption, PhraseLink, Recording, Revision
from engine.masks import rle as rles
from engine.masks.rle import RLE
from engine.masks.validate import validate_rle

NAMESPACE = UUID("6f0a2b5c-6a0e-4f0f-9d0e-0c7f3c6c9b55")
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


@dataclass(frozen=True, slots=True)
class Seeded:
    """The masks of an image's seeds, by their ids."""

    brought: tuple[UUID, ...] = ()
    met: tuple[UUID, ...] = ()  # were there already, or a person has deleted them


@transaction.atomic
def seed_masks(*, image: Image, seeds: Sequence[Seed], author: User) -> Seeded:
    """Give an image imported masks.

    A seed's id follows from its image, label and pixels: importing twice adds nothing. One whose
    import was undone comes back.

    Raises:
        InvalidMaskError: a mask does not fit the image; none of them is added.

    """
    locked = Image.objects.select_for_update().get(pk=image.pk)
    identified = [_identified(locked, seed) for seed in seeds]
    wanted = dict(reversed(identified))  # of equals, the first
    ids = {seed.key: mask_id for mask_id, seed in identified if seed.key}
    known = {mask.pk: mask for mask in Mask.objects.filter(pk__in=wanted).select_related("head")}
    undone = [mask for mask in known.values() if _is_undone(mask)]
    fresh = [
        Mask(pk=mask_id, image=locked, parent_id=ids.get(seed.parent))
        for mask_id, seed in wanted.items()
        if mask_id not in known
    ]
    brought = [*Mask.objects.bulk_create(fresh), *undone]
    met = tuple(known.keys() - {mask.pk for mask in undone})
    if not brought:
        return Seeded(met=met)
    revisions = Revision.objects.bulk_create(
        _revision(mask, wanted[mask.pk], author) for mask in brought
    )
    for mask, revision in zip(brought, revisions, strict=True):
        mask.head = revision
    Mask.objects.bulk_update(brought, ["head"])
    MaskCaption.objects.bulk_create(
        MaskCaption(
            pk=uuid5(mask.pk, wanted[mask.pk].caption),
            mask=mask,
            text=wanted[mask.pk].caption,
            author=author,
        )
        for mask in fresh
        if wanted[mask.pk].caption
    )
    Image.objects.filter(pk=locked.pk).update(version=F("version") + 1)
    log.info("masks_seeded", image_id=locked.pk, count=len(brought))
    return Seeded(tuple(mask.pk for mask in brought), met)


@transaction.atomic
def unseed_masks(*, image: Image, mask_ids: Collection[UUID], author: User) -> list[UUID]:
    """Take imported masks away that nobody has changed or described since; return those.

    Each gets a revision without an RLE, as one that a person deletes does.
    """
    locked = Image.objects.select_for_update().get(pk=image.pk)
    masks = Mask.objects.filter(pk__in=mask_ids, head__rle__isnull=False).select_related("head")
    described = _described({mask.pk for mask in masks})
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


def _described(mask_ids: set[UUID]) -> set[UUID]:
    """Return the masks of which people have written, spoken, or said that words mean them."""
    captions = MaskCaption.objects.filter(mask__in=mask_ids)
    written = {each.mask_id for each in captions if each.pk != uuid5(each.mask_id, each.text)}
    spoken = Recording.objects.filter(mask__in=mask_ids).values_list("mask", flat=True)
    links = PhraseLink.objects.filter(author__isnull=False, masks__overlap=list(mask_ids))
    meant = {mask for link in links for mask in link.masks} & mask_ids
    return written | {mask for mask in spoken if mask} | meant


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


def _revision(mask: Mask, seed: Seed, author: User) -> Revision:
    return Revision(
        mask=mask,
        number=mask.head.number + 1 if mask.head else 1,
        label=seed.label,
        rle=seed.rle,
        area_px=rles.area(seed.rle),
        z=seed.z,
        author=author,
    )


def _identified(image: Image, seed: Seed) -> tuple[UUID, Seed]:
    rle = validate_rle(seed.rle, image.size_hw)
    label_id = seed.label.pk if seed.label else ""
    name = f"{image.pk} {label_id} {rles.digest(rle)}"
    return uuid5(NAMESPACE, name), replace(seed, rle=rle)
