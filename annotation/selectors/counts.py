"""The figures of a project: its page and the live events read them here."""

from typing import TypedDict

from django.db.models import Count, Exists, OuterRef, Q

from annotation.models import Alias, Embedding, Image, Mask, Proposal, Recording


class ProjectCounts(TypedDict):
    """Of images that are not in the trash."""

    images: int
    todo: int
    done: int
    returned: int
    reviewed: int
    holdout: int
    holdout_finished: int
    embedded: int  # by the serving bundle's encoder
    proposals_pending: int  # on images that are not finished
    masks: int
    masks_finished: int  # on finished images
    masks_to_learn: int  # on finished images outside the holdout
    recordings: int


def project_counts(project_id: int) -> ProjectCounts:
    """Count everything in five queries, whatever the project's size."""
    images = Image.objects.filter(project_id=project_id, deleted_at=None)
    status = Image.Status
    finished = Q(status__in=Image.FINISHED)
    by_status = images.aggregate(
        images=Count("pk"),
        todo=Count("pk", filter=Q(status=status.TODO)),
        done=Count("pk", filter=Q(status=status.DONE)),
        returned=Count("pk", filter=Q(status=status.RETURNED)),
        reviewed=Count("pk", filter=Q(status=status.REVIEWED)),
        holdout=Count("pk", filter=Q(is_holdout=True)),
        holdout_finished=Count("pk", filter=finished & Q(is_holdout=True)),
    )
    served = Alias.objects.filter(project_id=project_id, name=Alias.Name.SERVING)
    embedding = Embedding.objects.filter(
        image_sha256=OuterRef("sha256"),
        encoder_digest__in=served.values("bundle__encoder_digest"),
        window="",
    )
    inside = {"image__project_id": project_id, "image__deleted_at": None}
    on_finished = Q(image__status__in=Image.FINISHED)
    masks = Mask.objects.filter(is_aside=False, head__rle__isnull=False, **inside).aggregate(
        masks=Count("pk"),
        masks_finished=Count("pk", filter=on_finished),
        masks_to_learn=Count("pk", filter=on_finished & Q(image__is_holdout=False)),
    )
    figures: ProjectCounts = {
        **by_status,  # type: ignore[typeddict-item]  # an aggregate's keys have no types
        **masks,
        "embedded": images.filter(Exists(embedding)).count(),
        "proposals_pending": Proposal.objects.filter(
            state=Proposal.State.PENDING,
            image__status__in=[status.TODO, status.RETURNED],
            **inside,
        ).count(),
        "recordings": Recording.objects.filter(deleted_at=None, **inside).count(),
    }
    return figures
