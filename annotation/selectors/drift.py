"""Whether the images that come after a round are still like those that it learned from."""

from datetime import datetime
from itertools import pairwise
from typing import Final, TypedDict

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from numpy.typing import NDArray

from annotation.models import Alias, Embedding, Image, Round, Stint
from engine.acquisition.drift import drift

CHANNELS: Final = 256  # of an embedding
MOST: Final = 1000  # images on either side, drawn by their hashes
ROUNDS: Final = 8  # the newest ones


class StreamDrift(TypedDict):
    """The share of new images that are farther from all learned ones than 95 % of those are."""

    round: int  # that learned
    share: float
    low: float  # 95 %
    high: float
    n: int  # new images
    learned: int  # images that they are compared with
    alike: float  # up to this share may be far of images like those learned from


class StreamDrifts(TypedDict):
    """What came after the newest round, and after each of those before it, the oldest first."""

    drift: StreamDrift | None
    earlier: list[StreamDrift]


def drift_of(project_id: int) -> StreamDrifts:
    """Compare what came after each judged round of masks began with what that one learned from.

    What came is what did until the next of these rounds began, or until now. Images count once
    they are embedded, by the encoder of what serves. `drift` is None before a round, or where there
    are fewer than 20 images of either; an earlier round of so few is not among the eight at most.
    """
    judged = Round.objects.filter(
        project_id=project_id, state__in=Round.JUDGED, parts__contains=[Round.Part.MASKS]
    ).order_by("-number")
    newest = judged.values_list("number", "created_at")[:ROUNDS]
    began = [*reversed(newest), (0, None)]  # nothing has ended the last one's time
    told = [
        _drift_after(project_id, number, at, until)
        for (number, at), (_, until) in pairwise(began)
        if at is not None
    ]
    return StreamDrifts(
        drift=told[-1] if told else None, earlier=[each for each in told[:-1] if each]
    )


def _drift_after(
    project_id: int, number: int, at: datetime, until: datetime | None
) -> StreamDrift | None:
    new_ones = Image.objects.filter(project_id=project_id, deleted_at=None, created_at__gt=at)
    if until is not None:
        new_ones = new_ones.filter(created_at__lte=until)
    groups, learned = _described(_learned(project_id, at))
    _, new = _described(new_ones)
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


def _learned(project_id: int, at: datetime) -> QuerySet[Image]:
    """Images that were finished by then, also those that were returned or finished anew since."""
    ended = Stint.objects.filter(
        image=OuterRef("pk"), ended_as=Stint.End.FINISHED, ended_at__lte=at
    )
    return Image.objects.filter(
        Q(finished_at__lte=at) | Q(Exists(ended)),
        project_id=project_id,
        deleted_at=None,
        is_holdout=False,
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
