"""Which images come next, as the project's manager wants it.

What the model chooses it chooses among a number of images that are drawn by chance, so that neither
time nor memory grows with a project. The holdout and one image in five stay where they come by
chance: the holdout shall be like all images, and so shall some of what the model learns from.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from django.db.models import F, QuerySet
from numpy.typing import NDArray

from annotation.models import Bundle, Image, Project, Proposal
from annotation.services.draws import is_left_to_chance
from annotation.services.jobs import fenced
from annotation.services.ranks import (
    AHEAD,
    chosen_in,
    forget_ranks,
    rank_by_chance,
    rank_first,
    waiting_in,
)
from engine.acquisition.order import with_chosen
from engine.acquisition.spread import farthest_first, standardised
from engine.acquisition.uncertainty import Signal, disagreement, expected_errors, uncertainty
from workers.arms import Arm, Arms, has_embedding
from workers.embeddings import pooled_embeddings
from workers.lease import Lease

CANDIDATES: Final = 10_000  # that wait
CENTRES: Final = 10_000  # that are finished
JUDGED: Final = 2000  # candidates whose proposals are read
BATCH: Final = 100
NextBy = Project.NextBy


def rank_images(lease: Lease, arms: Arms, *, is_proposed: bool = False) -> None:
    """Put what waits in a project in order.

    The model chooses anew once half of those that it chose last are finished, or once something
    `is_proposed` for some. Before anything is, it chooses by how images look alone.
    """
    project = arms.project
    project.refresh_from_db(fields=["next_by"])  # a manager may have changed it meanwhile
    if project.next_by == NextBy.IMPORT:
        _repeat(lease, project, forget_ranks)
        return
    if project.next_by == NextBy.RANDOM:
        _rank_first(lease, project, [])
    elif is_proposed or chosen_in(project).count() <= AHEAD / 2:
        _rank_first(lease, project, _choose(lease, arms))
    _repeat(lease, project, rank_by_chance)


def _rank_first(lease: Lease, project: Project, image_ids: Sequence[int]) -> None:
    with fenced(lease.claim):
        rank_first(project=project, image_ids=image_ids)


def _repeat(lease: Lease, project: Project, rank_some: Callable[..., int]) -> None:
    ranked = 1
    while ranked:
        lease.check()
        with fenced(lease.claim):
            ranked = rank_some(project=project)


def _choose(lease: Lease, arms: Arms) -> list[int]:
    """Return the images that come first: the model's choices, and between them some by chance."""
    by_chance = list(_seen(waiting_in(arms.project), arms.serving)[:CANDIDATES])
    kept = {
        each
        for each in by_chance
        if each.is_holdout or is_left_to_chance(each.sha256, project=arms.project)
    }
    candidates = [each for each in by_chance if each not in kept]
    if not candidates:
        return []
    learned = Image.objects.filter(project=arms.project, deleted_at=None, is_holdout=False)
    centres = _seen(learned.exclude(status=Image.Status.TODO), arms.serving)[:CENTRES]
    points = standardised(_points(lease, [*candidates, *centres], arms.serving))
    new, old = points[: len(candidates)], points[len(candidates) :]
    # What the model is most uncertain of counts as twice as far from all that is covered.
    weights = 1 + uncertainty(new, _signals(candidates, arms.others.get(Arm.PREVIOUS)))
    chosen = [candidates[at] for at in farthest_first(new, old, weights, AHEAD)]
    return [each.pk for each in with_chosen(by_chance, kept, chosen)[:AHEAD]]


def _seen(images: QuerySet[Image], bundle: Bundle) -> QuerySet[Image]:
    """Keep what the bundle's encoder has seen, in an order by chance: that of their hashes."""
    seen = images.filter(has_embedding(bundle))
    return seen.only("sha256", "height", "width", "is_holdout", "arm").order_by("sha256")


def _points(lease: Lease, images: Sequence[Image], bundle: Bundle) -> NDArray[np.float16]:
    """Return images as points, (N, 256)."""
    points = np.zeros((len(images), 256), np.float16)
    for at, point in enumerate(pooled_embeddings(images, bundle.encoder_digest)):
        points[at] = point
        lease.report(at + 1, len(images), "Comparing images")
    return points


def _signals(images: Sequence[Image], previous: Bundle | None) -> list[Signal]:
    """Tell how uncertain the model is about some images that what serves has proposed for."""
    places = [at for at, image in enumerate(images) if image.arm == Arm.SERVING][:JUDGED]
    judged = [images[at] for at in places]
    errors: dict[int, float] = {}
    changes: dict[int, float] = {}
    ours, theirs = _proposals(judged, F("image__proposed_by")), _proposals(judged, previous)
    for at, new, old in zip(places, ours, theirs, strict=True):
        share = expected_errors([_chance(each) for each in new])
        if share is not None:
            errors[at] = share
        if old:
            changes[at] = disagreement([each.rle for each in new], [each.rle for each in old])
    return [
        Signal(np.array([*known], np.intp), np.array([*known.values()]))
        for known in (errors, changes)
    ]


def _proposals(images: Sequence[Image], bundle: Bundle | F | None) -> Iterator[list[Proposal]]:
    """Yield what a bundle proposed for each image."""
    for start in range(0, len(images), BATCH):
        part = images[start : start + BATCH]
        found: dict[int, list[Proposal]] = defaultdict(list)
        if bundle is not None:
            for each in Proposal.objects.filter(image__in=part, bundle=bundle).order_by("pk"):
                found[each.image_id].append(each)
        yield from (found[image.pk] for image in part)


def _chance(proposal: Proposal) -> float:
    """Tell how likely a proposal is good: before there is a verifier, by the decoder's own word."""
    return proposal.score or 0.0  # a bundle tells of each
