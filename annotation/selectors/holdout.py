"""What is finished on the holdout: rounds are judged by it."""

from django.db.models import Count, Exists, OuterRef, QuerySet

from annotation.models import Caption, Image, Mask, Transcript


def masks_by_image(project_id: int) -> list[int]:
    """Return how many masks there are on each finished image that has any."""
    masks = Mask.objects.filter(
        is_aside=False, head__rle__isnull=False, image__in=_finished(project_id)
    )
    return list(masks.values("image").annotate(count=Count("pk")).values_list("count", flat=True))


def described_images(project_id: int) -> int:
    """Count the finished images of which a person has written, or said and corrected something."""
    captions = Caption.objects.filter(image=OuterRef("pk"), author__isnull=False, withdrawn_at=None)
    corrected = Transcript.objects.filter(
        recording__image=OuterRef("pk"),
        recording__mask=None,
        recording__deleted_at=None,
        kind=Transcript.Kind.CORRECTED,
    )
    return _finished(project_id).filter(Exists(captions) | Exists(corrected)).count()


def _finished(project_id: int) -> QuerySet[Image]:
    return Image.objects.filter(
        project_id=project_id, deleted_at=None, is_holdout=True, status__in=Image.FINISHED
    )
