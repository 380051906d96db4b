"""Whether the images that come are still like those that the newest round learned from."""

from typing import Final, TypedDict

import numpy as np
from django.db.models import OuterRef, QuerySet, Subquery
from numpy.typing import NDArray

from annotation.models import Alias, Embedding, Image, Round
from annotation.selectors.counts import finished_to_learn
from engine.acquisition.drift import drift

CHANNELS: Final = 256  # of an embedding
MOST: Final = 1000  # images on either side, drawn by their hashes


class StreamDrift(TypedDict):
    """The share of new images that are farther from all learned ones than 95 % of those are."""

    round: int  # that learned
    share: float
    low: float  # 95 %
    high: float
    n: int  # new images
    learned: int  # images that they are compared with
    alike: float  # up to this share may be far of images like those learned from


def drift_of(project_id: int) -> StreamDrift | None:
    """Compare what came since the newest judged round of masks began with what it learned from.

    Images count once they are embedded, by the encoder of what serves. None before a round, or
    where there are fewer than 20 of either.
    """
    newest = Round.objects.filter(
        project_id=project_id, state__in=Round.JUDGED, parts__contains=[Round.Part.MASKS]
    ).order_by("-number")
    began = newest.values_list("number", "created_at").first()
    if began is None:
        return None
    number, at = began
    images = Image.objects.filter(project_id=project_id, deleted_at=None)
    groups, learned = _described(finished_to_learn(project_id).filter(finished_at__lte=at))
    _, new = _described(images.filter(created_at__gt=at))
    told = drift(learned, groups, new)
    if told is None:
        return None
    return StreamDrift(
        round=number,
        share=told.share,
        low=told.low,
        high=told.high,
        n=told.n,
        learned=len(groups),
        alike=told.alike,
    )


def _described(images: QuerySet[Image]) -> tuple[list[str], NDArray[np.float16]]:
    """Return the groups of some images, each its own if it has none, and the images as points."""
    served = Alias.objects.filter(project=OuterRef(OuterRef("project")), name=Alias.Name.SERVING)
    embedding = Embedding.objects.filter(
        image_sha256=OuterRef("sha256"),
        encoder_digest__in=served.values("bundle__encoder_digest"),
        window="",
    )
    rows = (
        images.annotate(point=Subquery(embedding.values("pooled")))
        .filter(point__isnull=False)
        .order_by("sha256")
        .values_list("group", "sha256", "point")[:MOST]
    )
    found = [(group or sha256, np.frombuffer(point, "<f2")) for group, sha256, point in rows]
    points = np.array([point for _, point in found], np.float16).reshape(len(found), CHANNELS)
    return [group for group, _ in found], points
