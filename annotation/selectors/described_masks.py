"""Masks that people have described: no import's undo and no other bundle takes these away."""

from uuid import UUID, uuid5

from annotation.models import MaskCaption, PhraseLink, Recording


def described_masks(mask_ids: set[UUID]) -> set[UUID]:
    """Return the masks of which people have written, spoken, or said that words mean them."""
    captions = MaskCaption.objects.filter(mask__in=mask_ids)
    written = {each.mask_id for each in captions if each.pk != uuid5(each.mask_id, each.text)}
    takes = Recording.objects.filter(mask__in=mask_ids, is_undone=False)
    spoken = takes.values_list("mask", flat=True)
    links = PhraseLink.objects.filter(author__isnull=False, masks__overlap=list(mask_ids))
    links = links.exclude(phrase__transcript__recording__is_undone=True)
    meant = {mask for link in links for mask in link.masks} & mask_ids
    return written | {mask for mask in spoken if mask} | meant
