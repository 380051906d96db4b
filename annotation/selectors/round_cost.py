"""What a round cost the machine, and the people's time that it is set against."""

from typing import TypedDict

from django.db.models import Count, Q

from annotation.models import Bundle, Embedding, Image, Job, Proposal, Round
from annotation.selectors.effort_table import (
    FEWEST_MASKS,
    By,
    Figure,
    effort_sums,
    excess,
    with_alike,
)


class RoundCost(TypedDict):
    """A figure that nobody measured is None."""

    seconds: float | None  # that its job ran, from when a worker last took it up to its end
    runs: int  # how often a worker took it up: what ran before the last is not in `seconds`
    judging_s: float | None  # of the seconds, what measuring on the holdout took
    embeddings: int  # of the project's images and their windows, made meanwhile
    proposals: int  # that its bundle has made, or the two of them
    proposed_images: int
    masks: int  # finished where its bundle proposed as what served
    saved: Figure | None  # people's seconds a mask: what served before, less its bundle


def cost_of_round(each: Round) -> RoundCost:
    """Tell what a round cost, in four queries. Proposing is its images' preparation, not its job.

    What is saved is told of 20 timed masks and more with either bundle; what people learned
    meanwhile is in it.
    """
    seconds = seconds_of(each.job)
    masks, saved = _saved(each)
    proposed = Proposal.objects.filter(bundle__round=each, image__project=each.project_id)
    counts = proposed.aggregate(proposals=Count("pk"), images=Count("image", distinct=True))
    return RoundCost(
        seconds=seconds,
        runs=each.job.runs if each.job else 0,
        judging_s=each.metrics.get("judging_s"),
        embeddings=0 if seconds is None else _embeddings_made_during(each),
        proposals=counts["proposals"],
        proposed_images=counts["images"],
        masks=masks,
        saved=saved,
    )


def seconds_of(job: Job | None) -> float | None:
    """Tell how long a job that has ended ran, from its last start."""
    if job is None or job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()


def _saved(each: Round) -> tuple[int, Figure | None]:
    """Return the masks made with a round's bundle, and what it saves on each."""
    both = each.judged_against or "", each.bundle_id or ""
    sums = with_alike(effort_sums(each.project_id, By.ROUND), both)
    before, own = (sums.get((bundle, Image.Arm.SERVING.value)) for bundle in both)
    masks = int(own["masks"].y) if own else 0
    if before is None or own is None or before == own:  # the same masks: of captions alone
        return masks, None
    is_known = min(each["seconds"].x for each in (before, own)) >= FEWEST_MASKS
    return masks, excess(before, own, "seconds") if is_known else None


def _embeddings_made_during(each: Round) -> int:
    """Count what an ended job, or another beside it, had to embed."""
    if each.job is None or each.job.finished_at is None:
        return 0
    images = Image.objects.filter(project=each.project_id)
    both = Bundle.objects.filter(Q(pk=each.base_bundle_id) | Q(round=each))
    return Embedding.objects.filter(
        image_sha256__in=images.values("sha256"),
        encoder_digest__in=both.values("encoder_digest"),
        created_at__range=(each.job.started_at, each.job.finished_at),
    ).count()
