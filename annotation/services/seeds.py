"""Masks that come with the images: imported annotations, as first revisions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from annotation.models import Image, Label, Mask, MaskCaption, Revision
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


@transaction.atomic
def seed_masks(*, image: Image, seeds: Sequence[Seed], author: User) -> int:
    """Give an image imported masks and return how many were new.

    A seed's id follows from its image, label and pixels: importing twice adds nothing.

    Raises:
        InvalidMaskError: a mask does not fit the image; none of them is added.

    """
    locked = Image.objects.select_for_update().get(pk=image.pk)
    identified = [_identified(locked, seed) for seed in seeds]
    wanted = dict(reversed(identified))  # of equals, the first
    ids = {seed.key: mask_id for mask_id, seed in identified if seed.key}
    known = set(Mask.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    fresh = {mask_id: seed for mask_id, seed in wanted.items() if mask_id not in known}
    if not fresh:
        return 0
    masks = Mask.objects.bulk_create(
        Mask(pk=mask_id, image=locked, parent_id=ids.get(seed.parent))
        for mask_id, seed in fresh.items()
    )
    revisions = Revision.objects.bulk_create(
        Revision(
            mask_id=mask_id,
            number=1,
            label=seed.label,
            rle=seed.rle,
            area_px=rles.area(seed.rle),
            z=seed.z,
            author=author,
        )
        for mask_id, seed in fresh.items()
    )
    for mask, revision in zip(masks, revisions, strict=True):
        mask.head = revision
    Mask.objects.bulk_update(masks, ["head"])
    MaskCaption.objects.bulk_create(
        MaskCaption(
            pk=uuid5(mask_id, seed.caption), mask_id=mask_id, text=seed.caption, author=author
        )
        for mask_id, seed in fresh.items()
        if seed.caption
    )
    Image.objects.filter(pk=locked.pk).update(version=F("version") + 1)
    log.info("masks_seeded", image_id=locked.pk, count=len(fresh))
    return len(fresh)


def _identified(image: Image, seed: Seed) -> tuple[UUID, Seed]:
    rle = validate_rle(seed.rle, image.size_hw)
    label_id = seed.label.pk if seed.label else ""
    name = f"{image.pk} {label_id} {rles.digest(rle)}"
    return uuid5(NAMESPACE, name), replace(seed, rle=rle)
