"""What a round would find to learn that no round before has seen, part by part."""

from django.db.models import Exists, OuterRef, Q

from annotation.models import Caption, Mask, Round, Transcript
from annotation.selectors.counts import finished_to_learn, learned_until

Part = Round.Part


def new_to_learn(project_id: int) -> dict[str, int]:
    """Count, for each part, finished images outside the holdout with something new to learn from.

    For masks, images finished since the dataset of the newest round that trained them, where any
    image has a mask. For captions, images finished or described since that of theirs.
    """
    return {Part.MASKS: new_masks(project_id), Part.CAPTIONS: _new_captions(project_id)}


def new_masks(project_id: int) -> int:
    """Count images finished since the dataset of the newest round of masks."""
    finished = finished_to_learn(project_id)
    masks = Mask.objects.filter(is_aside=False, head__rle__isnull=False, image__in=finished)
    if not masks.exists():
        return 0
    until = learned_until(project_id, Part.MASKS)
    return (finished.filter(finished_at__gt=until) if until else finished).count()


def _new_captions(project_id: int) -> int:
    images = finished_to_learn(project_id)
    captions = Caption.objects.filter(image=OuterRef("pk"), author__isnull=False, withdrawn_at=None)
    corrected = Transcript.objects.filter(
        recording__image=OuterRef("pk"),
        recording__mask=None,  # the captioner learns to describe images
        recording__deleted_at=None,
        kind=Transcript.Kind.CORRECTED,
    )
    described = images.filter(Exists(captions) | Exists(corrected))
    until = learned_until(project_id, Part.CAPTIONS)
    if until is None:
        return described.count()
    since = {"created_at__gt": until}
    is_new = Exists(captions.filter(**since)) | Exists(corrected.filter(**since))
    return described.filter(is_new | Q(finished_at__gt=until)).count()
