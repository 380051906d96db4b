"""What a person did lately, told to that person alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.models import Image, Revision, Stint
from annotation.selectors.people import work_of
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    operation,
    square,
)


def _claim(api: Api, world: World, **body: Any) -> dict[str, Any]:
    answer = api.post(f"projects/{world.project.pk}/claim", body)
    claimed: dict[str, Any] = answer.json()["assignment"]
    return claimed


def _end(api: Api, place: dict[str, Any], how: str, active_s: float) -> None:
    said = {"active_s": active_s, "stint": place["stint"]}
    assert api.post(f"assignments/{place['id']}/{how}", said).status_code < 300


def _rows(api: Api) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.get("session/work").json()["rows"]
    return rows


def test_a_days_work_is_summed_for_who_did_it(
    annotator: Api, reviewer: Api, stranger: Api, world: World
) -> None:
    first, second = (make_image(world.project, seed) for seed in range(2))
    [proposal] = make_proposals(second, make_bundle())
    drawn, dropped = create(), create(at=(9, 9))
    place = _claim(annotator, world, image=first.pk)
    annotator.save(first, drawn, dropped)
    annotator.save(first, operation("revise", mask=drawn["mask"], rle=square(2, 2, 7)))
    annotator.save(first, operation("delete", mask=dropped["mask"]))
    _end(annotator, place, "finish", 60)
    _end(annotator, place, "finish", 60)  # the answer was lost
    place = _claim(annotator, world, image=second.pk)
    verdict = {"verdict": "accepted", "mask": str(uuid4()), "label": None}
    annotator.save(second, operation("verdict", proposal=str(proposal.pk), **verdict))
    _end(annotator, place, "release", 12.5)
    place = _claim(annotator, world, image=second.pk)
    _end(annotator, place, "release", 0)
    place = _claim(reviewer, world, queue="review")
    said = {"verdict": "reviewed", "active_s": 8, "stint": place["stint"]}
    for _ in range(2):
        reviewer.post(f"images/{first.pk}/review", said)

    day, project = timezone.now().date().isoformat(), world.project.pk
    where = {"day": day, "project": project, "project_name": "Cells"}
    assert annotator.get("session/work").json()["today"] == day
    assert _rows(annotator) == [
        {**where, "finished": 1, "reviewed": 0, "masks": 2, "active_s": 72.5}
    ]
    assert _rows(reviewer) == [{**where, "finished": 0, "reviewed": 1, "masks": 0, "active_s": 8}]
    assert _rows(stranger) == []
    assert Api().get("session/work").status_code == 401


def test_a_place_that_another_person_takes_over_leaves_each_their_own_seconds(
    annotator: Api, manager: Api, world: World, image: Image
) -> None:
    _end(annotator, _claim(annotator, world), "release", 30)
    _end(manager, _claim(manager, world), "finish", 5)

    assert [row["active_s"] for row in _rows(annotator)] == [30]
    assert [row["active_s"] for row in _rows(manager)] == [5]


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", -1), ("Pacific/Kiritimati", 0), ("Pacific/Pago_Pago", -1)]
)
def test_days_are_those_of_the_persons_time_zone(
    annotator: Api, world: World, image: Image, zone: str, day: int
) -> None:
    midnight = datetime.combine(timezone.now().date(), datetime.min.time(), UTC)
    _end(annotator, _claim(annotator, world), "finish", 5)
    annotator.save(image, create())
    Stint.objects.update(ended_at=midnight - timedelta(hours=1))
    Revision.objects.update(created_at=midnight - timedelta(hours=1))

    rows = annotator.get(f"session/work?zone={zone}").json()["rows"]

    expected = (midnight + timedelta(days=day)).date().isoformat()
    assert [(row["day"], row["masks"], row["active_s"]) for row in rows] == [(expected, 1, 5)]


def test_a_time_zone_that_is_none_is_refused_by_name(annotator: Api) -> None:
    answer = annotator.get("session/work?zone=Mars/Olympus")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "zone")


def test_what_is_older_than_two_weeks_is_not_summed_and_more_work_asks_no_more(
    annotator: Api, world: World
) -> None:
    def work_on(seeds: range) -> None:
        for seed in seeds:
            image = make_image(world.project, seed)
            place = _claim(annotator, world, image=image.pk)
            annotator.save(image, create(), create(at=(9, 9)))
            _end(annotator, place, "finish", 1)

    work_on(range(2))
    Stint.objects.update(ended_at=timezone.now() - timedelta(days=14))
    Revision.objects.update(created_at=timezone.now() - timedelta(days=14))
    with CaptureQueriesContext(connection) as few:
        assert work_of(world.annotator, ZoneInfo("UTC"))["rows"] == []

    work_on(range(2, 6))
    with CaptureQueriesContext(connection) as many:
        [row] = work_of(world.annotator, ZoneInfo("UTC"))["rows"]

    assert (row["finished"], row["masks"], row["active_s"]) == (4, 8, 4)
    assert len(few) == len(many) == 2
