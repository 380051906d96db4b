"""Captions that come with the images, where nobody has described them: the newest would count."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

from django.contrib.auth.models import User

from annotation.models import Caption, CaptionProposal, Image
from annotation.services.caption_proposals import settle_caption_proposals
from annotation.services.seeds import NAMESPACE, Seeded


def describe_images(wanted: Sequence[tuple[Image, Sequence[str]]], *, author: User) -> list[Seeded]:
    """Write down what is said of images whose rows are locked; tell of each by captions' ids.

    A caption's id follows from its image and text. An image that comes twice is described once.
    """
    ids = _ids({(image.pk, text) for image, texts in wanted for text in texts})
    known = _known({image_id for image_id, _ in ids})
    described, fresh = [], []
    for image, texts in wanted:
        own = {ids[image.pk, text]: text for text in texts}
        if there := known.get(image.pk):
            described.append(Seeded(met=tuple(there & own.keys())))
            continue
        fresh += [
            Caption(pk=caption_id, image=image, author=author, text=text)
            for caption_id, text in own.items()
        ]
        known[image.pk] = set(own)
        described.append(Seeded(tuple(own)))
    if fresh:
        _write(fresh)
    return described


def _ids(texts: set[tuple[int, str]]) -> dict[tuple[int, str], UUID]:
    """Name captions by what they say; one that was taken back stays so, and has another's name."""
    ids = {
        (image_id, text): uuid5(NAMESPACE, f"{image_id} caption {text}") for image_id, text in texts
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
