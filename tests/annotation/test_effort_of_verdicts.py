"""The clicks of verdicts count beside those of masks, and an arm shows what it alone came to."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from annotation.models import Assignment, Bundle, Image
from annotation.selectors.effort_table import By, EffortRow, Figure, effort_table
from annotation.selectors.plan import Queue
from annotation.services.assignments import claim_image, finish_image, release
from annotation.services.masks import save_operations
from annotation.services.proposals import withhold_proposals
from tests.annotation.world import (
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    operation,
)

OF_ONE_ROW = (By.ARM, By.ROUND, By.ANNOTATOR)


@pytest.fixture
def bundle(world: World) -> Bundle:
    return make_bundle("a")


@pytest.fixture
def image(world: World, bundle: Bundle) -> Image:
    return make_image(world.project, arm="serving", proposed_by=bundle)


def value(figure: Figure | None) -> float | None:
    return figure and figure["value"]


def claim(image: Image, user: User, queue: Queue | None = None) -> Assignment:
    place = claim_image(project=image.project, user=user, image_id=image.pk, queue=queue)
    assert place is not None
    return place


def save(image: Image, user: User, *operations: dict[str, Any]) -> None:
    image.refresh_from_db()
    save_operations(
        image_id=image.pk, operations=operations, expected_version=image.version, author=user
    )


def finish(image: Image, user: User, *operations: dict[str, Any], seconds: float = 9) -> None:
    place = claim(image, user)
    save(image, user, *operations)
    finish_image(assignment=place, user=user, active_s=seconds)


def at_effort(clicks: int, strokes: int = 0) -> dict[str, Any]:
    return {"effort": {"clicks": clicks, "strokes": strokes, "seconds": 1}}


def drawn(x: int = 2, clicks: int = 0) -> dict[str, Any]:
    return create(at=(x, 12)) | at_effort(clicks)


def told(row: EffortRow) -> tuple[int, *tuple[float | None, ...]]:
    return (row["masks"], *map(value, (row["seconds"], row["clicks"], row["strokes"])))


@pytest.mark.parametrize("verdict", ["rejected", "needs_work", "not_sure"])
def test_clicks_on_a_proposal_count_also_where_its_verdict_makes_no_mask(
    world: World, image: Image, bundle: Bundle, verdict: str
) -> None:
    [proposal] = make_proposals(image, bundle)
    judged = operation("verdict", proposal=proposal.pk, verdict=verdict) | at_effort(3, 2)
    silent = operation("verdict", proposal=proposal.pk, verdict="rejected")

    finish(image, world.annotator, judged, silent, drawn(clicks=4))

    for by in OF_ONE_ROW:
        [row] = effort_table(world.project.pk, by)
        assert told(row) == (1, 9, 7, 2)


def test_who_gave_verdicts_alone_and_never_came_back_is_missed_in_the_seconds(
    world: World, image: Image, bundle: Bundle
) -> None:
    [wrong] = make_proposals(image, bundle)
    lost = claim(image, world.reviewer)
    rejected = operation("verdict", proposal=wrong.pk, verdict="rejected") | at_effort(2)
    save(image, world.reviewer, rejected)
    Assignment.objects.filter(pk=lost.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    finish(image, world.annotator, drawn(clicks=1))

    [row] = effort_table(world.project.pk, By.ARM)
    assert told(row) == (1, None, 3, 0)
    rows = {row["name"]: row for row in effort_table(world.project.pk, By.ANNOTATOR)}
    assert told(rows["annotator"]) == (1, 9, 1, 0)
    assert told(rows["reviewer"]) == (0, None, None, None)


def test_who_has_verified_an_image_spends_no_clicks_on_it_as_they_review_it(
    world: World, image: Image, bundle: Bundle
) -> None:
    [wrong, unsure] = make_proposals(image, bundle, 2)
    verified = claim(image, world.reviewer)
    save(image, world.reviewer, operation("verdict", proposal=wrong.pk, verdict="rejected"))
    release(assignment=verified, user=world.reviewer, active_s=6)
    finish(image, world.annotator, drawn(clicks=2), seconds=30)

    review = claim(image, world.reviewer, Queue.REVIEW)
    late = operation("verdict", proposal=unsure.pk, verdict="rejected") | at_effort(40)
    save(image, world.reviewer, drawn(20, clicks=50), late)
    release(assignment=review, user=world.reviewer, active_s=60)

    [row] = effort_table(world.project.pk, By.ARM)
    assert told(row) == (1, 36, 2, 0)
    rows = {row["name"]: row for row in effort_table(world.project.pk, By.ANNOTATOR)}
    assert told(rows["annotator"]) == (1, 30, 2, 0)
    assert told(rows["reviewer"])[0] == 0


@pytest.mark.parametrize("arm", ["serving", "none"])
def test_an_image_with_a_mask_that_its_arm_did_not_propose_is_in_no_figure(
    world: World, bundle: Bundle, arm: str
) -> None:
    """Somebody's page shows what has been replaced, or withheld, since they opened it."""
    image = make_image(world.project, arm=arm, proposed_by=bundle)
    [replaced] = make_proposals(image, make_bundle("b") if arm == "serving" else bundle)
    if arm == "serving":
        make_proposals(image, bundle)
    else:
        withhold_proposals(image=image)
    kept = operation("verdict", proposal=replaced.pk, verdict="accepted", mask=uuid4(), label=None)
    finish(image, world.annotator, kept)
    other = make_image(world.project, 1, arm=arm, proposed_by=bundle)
    finish(other, world.annotator, drawn(clicks=5))

    [row] = effort_table(world.project.pk, By.ARM)
    assert (row["images"], *told(row)) == (1, 1, 9, 5, 0)

    save(image, world.annotator, operation("delete", mask=kept["mask"]))
    [row] = effort_table(world.project.pk, By.ARM)
    assert row["images"] == 2
