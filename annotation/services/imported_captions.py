"""Captions that come with the images, where nobody has described them: the newest would count."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from uuid import UUID, uuid5

from django.contrib.auth.models import User

from annotation.models import Caption, CaptionProposal, Image
from annotation.services.caption_proposals import settle_caption_proposals
from annotation.services.seeds import NAMESPACE, Seeded

Described: TypeAlias = tuple[Image, Sequence[str]]  # an image, and what is said of it


def describe_images(wanted: Sequence[Described], *, author: User) -> list[Seeded]:
    """Write down what is said of images whose rows are locked; tell of each by captions' ids.

    A caption's id follows from its image and text. An image that comes twice is described once.
    """
    ids = _ids(wanted)
    described = _told(wanted, ids)
    texts = {caption_id: text for (_, text), caption_id in ids.items()}
    fresh = [
        Caption(pk=caption_id, image=image, author=author, text=texts[caption_id])
        for (image, _), each in zip(wanted, described, strict=True)
        for caption_id in each.brought
    ]
    if fresh:
        _write(fresh)
    return described


def look_at_captions(wanted: Sequence[Described]) -> list[Seeded]:
    """Tell what `describe_images` would make of captions, and write nothing."""
    return _told(wanted, _ids(wanted))


def _told(wanted: Sequence[Described], ids: Mapping[tuple[int, str], UUID]) -> list[Seeded]:
    """Tell what comes, what was there, and what an image has no place for that is described."""
    known = _known({image_id for image_id, _ in ids})
    told = []
    for image, texts in wanted:
        own = dict.fromkeys(ids[image.pk, text] for text in texts)
        if there := known.get(image.pk):
            met = tuple(each for each in own if each in there)
            told.append(Seeded(met=met, left=len(own) - len(met)))
        else:
            known[image.pk] = set(own)
            told.append(Seeded(tuple(own)))
    return told


def _ids(wanted: Sequence[Described]) -> dict[tuple[int, str], UUID]:
    """Name captions by what they say; one that was taken back stays so, and has another's name."""
    ids = {
        (image.pk, text): uuid5(NAMESPACE, f"{image.pk} caption {text}")
        for image, texts in wanted
        for text in texts
    }
    captions = Caption.objects.filter(withdrawn_at__isnull=False).values_list("pk", flat=True)
    while withdrawn := set(captions.filter(pk__in=list(ids.values()))):
        ids = {
            key: uuid5(each, "again") if each in withdrawn else each for key, each in ids.items()
        }
    return ids


def _known(image_ids: set[int]) -> dict[int, set[UUID]]:
    known: dict[int, set[UUID]] = {}
    captions = Caption.objects.filter(image__in=image_ids, withdrawn_at=None)
    for image_id, caption_id in captions.values_list("image", "pk"):
        known.setdefault(image_id, set()).add(caption_id)
    return known


def _write(captions: Sequence[Caption]) -> None:
    """Write captions; what was proposed for an image is measured against the first of them."""
    Caption.objects.bulk_create(captions)
    first: Mapping[int, Caption] = {each.image_id: each for each in reversed(captions)}
    proposed = CaptionProposal.objects.filter(image__in=first, state=CaptionProposal.State.PENDING)
    for image_id in proposed.values_list("image", flat=True).distinct():
        settle_caption_proposals(caption=first[image_id], chosen=None)
