"""Two people, one image: each works blind, both sets are kept, and one of them counts."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import Assignment, Image, Mask, Project
from annotation.selectors.rounds import efforts_of
from annotation.services.draws import people_for
from annotation.services.projects import update_project
from annotation.services.versions import cut_version
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    make_user,
    operation,
    square,
)

Second = tuple[Api, Image]


def _claim(api: Api, world: World, image: Image, **more: str) -> dict[str, int]:
    body = {"image": image.pk, **more}
    answer = api.post(f"projects/{world.project.pk}/claim", body)
    assert answer.status_code == 200, answer.content
    place: dict[str, int] = answer.json()["assignment"]
    return place


def _finish(api: Api, place: dict[str, int]) -> str:
    answer = api.post(f"assignments/{place['id']}/finish", {"active_s": 1})
    return str(answer.json()["status"])


def _masks(api: Api, image: Image) -> set[str]:
    return {mask["id"] for mask in api.get(f"images/{image.pk}").json()["masks"]}


def _ids(*operations: dict[str, Any]) -> set[str]:
    return {op["mask"] for op in operations}


@pytest.fixture
def both(world: World) -> Image:
    """An image for two people."""
    update_project(project=world.project, changes={"overlap": 2})
    world.project.refresh_from_db()
    return make_image(world.project)


@pytest.fixture
def other(world: World) -> Api:
    user = make_user("other")
    world.project.memberships.create(user=user, role="annotator")
    return Api(user)


@pytest.mark.parametrize(("share", "people"), [(0, {1}), (0.5, {1, 3}), (1, {3})])
def test_a_share_of_the_images_is_drawn_by_hash(share: float, people: set[int]) -> None:
    names = [f"{number:064x}" for number in range(200)]
    project = Project(overlap=3, overlap_share=share)
    more = Project(overlap=3, overlap_share=min(1, share + 0.1))

    drawn = {name: people_for(name, is_holdout=False, project=project) for name in names}

    assert set(drawn.values()) == people
    assert drawn == {name: people_for(name, is_holdout=False, project=project) for name in names}
    assert all(people_for(name, is_holdout=False, project=more) >= drawn[name] for name in names)
    assert abs(sum(each == 3 for each in drawn.values()) / 200 - share) < 0.1


def test_a_new_share_makes_and_takes_away_open_places(manager: Api, world: World) -> None:
    images = [make_image(world.project, seed) for seed in range(12)]
    path = f"projects/{world.project.pk}"
    places = Assignment.objects.filter(slot=1)

    assert manager.patch(path, {"overlap": 2, "overlap_share": 0.5}).status_code == 200
    some = set(places.values_list("image_id", flat=True))
    manager.patch(path, {"overlap_share": 1})
    every = places.count()
    manager.patch(path, {"overlap_share": 0})

    world.project.refresh_from_db()
    world.project.overlap_share = 0.5
    assert some == {
        each.pk
        for each in images
        if people_for(each.sha256, is_holdout=False, project=world.project) == 2
    }
    assert 0 < len(some) < 12
    assert (every, places.count(), Assignment.objects.count()) == (12, 0, 12)
    assert manager.patch(path, {"overlap_share": 1.5}).status_code == 400


def test_more_people_may_do_each_image_of_the_holdout(manager: Api, world: World) -> None:
    held, _ = make_image(world.project, 0, is_holdout=True), make_image(world.project, 1)
    path = f"projects/{world.project.pk}"
    more = Assignment.objects.filter(slot__gte=1).order_by("slot")

    assert manager.patch(path, {"holdout_people": 3}).json()["holdout_people"] == 3
    assert [(place.image_id, place.slot) for place in more] == [(held.pk, 1), (held.pk, 2)]
    world.project.refresh_from_db()
    world.project.holdout_share = 0.9
    imported = [make_image(world.project, seed) for seed in range(2, 8)]

    for image in imported:
        places = Assignment.objects.filter(image=image)
        assert places.count() == (3 if image.is_holdout else 1)
    assert {image.is_holdout for image in imported} >= {True}
    manager.patch(path, {"holdout_people": 1})
    assert not more.all().exists()
    assert manager.patch(path, {"holdout_people": 6}).status_code == 400


def test_a_new_overlap_leaves_finished_images_alone(
    annotator: Api, manager: Api, world: World
) -> None:
    finished, waiting = make_image(world.project, 0), make_image(world.project, 1)
    _finish(annotator, _claim(annotator, world, finished))

    manager.patch(f"projects/{world.project.pk}", {"overlap": 2})

    seconds = Assignment.objects.filter(kind="annotate", slot=1)
    assert [place.image_id for place in seconds] == [waiting.pk]
    finished.refresh_from_db()
    assert finished.status == Image.Status.DONE


def test_an_image_that_waited_only_for_a_second_person_is_finished_without_one(
    annotator: Api, reviewer: Api, manager: Api, world: World, both: Image
) -> None:
    assert _finish(annotator, _claim(annotator, world, both)) == "todo"

    manager.patch(f"projects/{world.project.pk}", {"overlap": 1})

    both.refresh_from_db()
    assert (both.status, both.finished_at is not None) == (Image.Status.DONE, True)
    assert reviewer.get(f"projects/{world.project.pk}/queues").json()["review"] == 1


def test_an_image_that_waited_only_for_who_had_opened_it_again_is_done_when_they_give_it_back(
    annotator: Api, other: Api, reviewer: Api, world: World, both: Image
) -> None:
    _finish(annotator, _claim(annotator, world, both))
    again = _claim(annotator, world, both)
    assert _finish(other, _claim(other, world, both)) == "todo"

    annotator.post(f"assignments/{again['id']}/release", {"active_s": 1})

    both.refresh_from_db()
    assert (both.status, both.finished_at is not None) == (Image.Status.DONE, True)
    assert reviewer.get(f"projects/{world.project.pk}/queues").json()["review"] == 1


def test_what_became_of_proposals_is_told_as_who_had_opened_the_image_again_gives_it_back(
    annotator: Api, other: Api, world: World, both: Image
) -> None:
    [proposal] = make_proposals(both, make_bundle())
    mask = str(uuid4())
    accepted = {"proposal": str(proposal.pk), "verdict": "accepted", "label": None}
    annotator.save(both, operation("verdict", mask=mask, **accepted))
    _finish(annotator, _claim(annotator, world, both))
    again = _claim(annotator, world, both)
    annotator.save(both, operation("revise", mask=mask, rle=square(1, 1, 9)))
    _finish(other, _claim(other, world, both))
    proposal.refresh_from_db()
    as_finished = proposal.is_untouched

    annotator.post(f"assignments/{again['id']}/release", {"active_s": 1})

    proposal.refresh_from_db()
    assert (as_finished, proposal.is_untouched) == (True, False)


def test_a_returned_image_that_waited_only_for_a_second_person_is_finished_without_one(
    annotator: Api, other: Api, reviewer: Api, manager: Api, world: World, both: Image
) -> None:
    mine, theirs = _claim(annotator, world, both), _claim(other, world, both)
    _finish(annotator, mine)
    _finish(other, theirs)
    verdict = {"verdict": "returned", "comment": "Look again."}
    reviewer.post(f"images/{both.pk}/review", verdict)
    other.post(f"assignments/{theirs['id']}/release")
    assert _finish(annotator, mine) == "returned"

    manager.patch(f"projects/{world.project.pk}", {"overlap": 1})

    both.refresh_from_db()
    assert both.status == Image.Status.DONE


def test_the_second_person_sees_neither_the_first_ones_masks_nor_proposals(
    annotator: Api, other: Api, reviewer: Api, world: World, both: Image
) -> None:
    make_proposals(both, make_bundle())
    first, second = create(), create()
    mine = _claim(annotator, world, both)
    annotator.save(both, first)
    ahead = other.get(f"images/{both.pk}").json()  # a page fetches what it will claim

    theirs = _claim(other, world, both)
    other.save(both, second)

    assert (mine["slot"], theirs["slot"]) == (0, 1)
    assert (ahead["slot"], ahead["masks"], ahead["proposals"]) == (1, [], [])
    shown = other.get(f"images/{both.pk}").json()
    assert (shown["slot"], shown["people"], shown["proposals"]) == (1, 2, [])
    assert _masks(other, both) == _ids(second)
    assert _masks(annotator, both) == _ids(first)
    assert len(annotator.get(f"images/{both.pk}").json()["proposals"]) == 1
    sets = {
        mask["id"]: (mask["slot"], mask["aside"])
        for mask in reviewer.get(f"images/{both.pk}").json()["masks"]
    }
    assert sets == {first["mask"]: (0, False), second["mask"]: (1, True)}
    for path in ("revisions", "captions"):
        hidden, own, to_review = (
            api.get(f"masks/{mask['mask']}/{path}").status_code
            for api, mask in ((other, first), (other, second), (reviewer, first))
        )
        assert (hidden, own, to_review) == (404, 200, 200)
    assert annotator.get(f"masks/{second['mask']}/revisions").status_code == 404


def test_nor_do_versions_show_them_to_who_may_yet_annotate_the_image(
    annotator: Api, other: Api, reviewer: Api, manager: Api, world: World, both: Image
) -> None:
    finished = make_image(world.project, 1, status="done")
    before = cut_version(project=world.project, created_by=world.manager)
    annotator.save(finished, create())
    mine = create()
    _claim(annotator, world, both)
    annotator.save(both, mine)
    after = cut_version(project=world.project, created_by=world.manager)
    pictures = f"versions/{after.pk}/images"
    changes = f"versions/{before.pk}/diff/{after.pk}/images"

    def shown(api: Api, path: str) -> set[str]:
        return {each["sha256"] for each in api.get(path).json()["results"]}

    for path in (pictures, changes):
        assert shown(other, path) == {finished.sha256}
        for api in (reviewer, manager):
            assert shown(api, path) == {finished.sha256, both.sha256}
    refused = other.get(f"{pictures}?split=unfinished")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert shown(reviewer, f"{pictures}?split=unfinished") == {both.sha256}
    manifests = [
        api.get(f"versions/{after.pk}/manifest").status_code for api in (other, reviewer, manager)
    ]
    assert manifests == [403, 302, 302]


def test_p4_what_the_other_person_saves_makes_no_save_stale(
    annotator: Api, other: Api, world: World, both: Image
) -> None:
    _claim(annotator, world, both)
    _claim(other, world, both)
    drawn = create()
    annotator.save(both, drawn, version=0)

    blind = other.save(both, create(), version=0)
    more = annotator.save(both, create(), version=1)
    stale = annotator.save(both, create(), version=1)

    assert [each.status_code for each in (blind, more)] == [200, 200]
    assert (blind.json()["version"], more.json()["version"]) == (2, 3)
    assert stale.status_code == 409
    assert [each["author"] for each in stale.json()["missed"]] == ["annotator"]


def test_a_late_save_stays_in_the_set_that_it_was_drawn_in(
    annotator: Api, other: Api, world: World, both: Image
) -> None:
    """The place may be somebody else's by the time a device is online again."""
    _claim(annotator, world, both)
    place = _claim(other, world, both)
    other.post(f"assignments/{place['id']}/release")
    late = create(slot=1)

    assert other.save(both, late).status_code == 200

    kept = Mask.objects.get(pk=late["mask"])
    assert (kept.slot, kept.is_aside) == (1, True)
    assert late["mask"] not in _masks(annotator, both)


def test_versions_counts_and_lists_know_only_the_set_that_counts(
    annotator: Api, other: Api, manager: Api, world: World, both: Image
) -> None:
    first, second = create(), create(at=(9, 9))
    for api, drawn in ((annotator, first), (other, second)):
        place = _claim(api, world, both)
        api.save(both, drawn)
        status = _finish(api, place)

    version = cut_version(project=world.project, created_by=world.manager)

    assert status == "done"
    assert version.counts["masks"] == 1
    assert manager.get(f"projects/{world.project.pk}").json()["counts"]["masks"] == 1
    [row] = manager.get(f"projects/{world.project.pk}/images").json()["results"]
    assert (row["masks"], row["assignee"]) == (1, "annotator")


def test_the_effort_of_a_bundle_is_the_first_persons(
    annotator: Api, other: Api, world: World, both: Image
) -> None:
    bundle = make_bundle()
    [proposal] = make_proposals(both, bundle)
    Image.objects.filter(pk=both.pk).update(arm="serving", proposed_by=bundle)
    effort = {"clicks": 2}
    for api, drawn in (
        (annotator, create(proposal=str(proposal.pk), effort=effort)),
        (other, create(effort=effort)),
    ):
        place = _claim(api, world, both)
        api.save(both, drawn)
        _finish(api, place)

    [cost] = efforts_of(world.project.pk).values()

    assert cost["clicks_per_mask"] == {"value": 2, "low": None, "high": None, "n": 1}
    assert cost["seconds_per_mask"] == {"value": 1, "low": None, "high": None, "n": 1}


def test_a_reviewer_takes_a_mask_of_the_other_set_in_and_puts_it_back(
    annotator: Api, other: Api, reviewer: Api, world: World, both: Image
) -> None:
    first, second = create(), create(at=(9, 9))
    for api, drawn in ((annotator, first), (other, second)):
        place = _claim(api, world, both)
        api.save(both, drawn)
        _finish(api, place)
    take = operation("revise", mask=second["mask"], aside=False)

    refused = annotator.save(both, take)
    taken = reviewer.save(both, take)

    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert taken.status_code == 200
    assert _masks(annotator, both) == _ids(first, second)
    assert cut_version(project=world.project, created_by=None).counts["masks"] == 2
    reviewer.save(both, operation("revise", mask=second["mask"], aside=True))
    assert _masks(annotator, both) == _ids(first)
    assert Mask.objects.get(pk=second["mask"]).slot == 1


def test_a_reviewer_who_did_the_image_too_is_blind_until_everybody_is_done(
    reviewer: Api, other: Api, world: World, both: Image
) -> None:
    mine, theirs = create(), create(at=(9, 9))
    place = _claim(reviewer, world, both)
    reviewer.save(both, mine)
    second = _claim(other, world, both)
    other.save(both, theirs)
    while_at_work = _masks(reviewer, both)

    _finish(reviewer, place)
    _finish(other, second)

    assert while_at_work == _ids(mine)
    assert _masks(reviewer, both) == _ids(mine, theirs)
    assert _masks(other, both) == _ids(theirs)


def test_once_reviewed_there_is_one_set_for_everybody(
    annotator: Api, other: Api, reviewer: Api, world: World, both: Image
) -> None:
    first, second, late = create(), create(at=(9, 9)), create(at=(15, 9))
    for api, drawn in ((annotator, first), (other, second)):
        place = _claim(api, world, both)
        api.save(both, drawn)
        _finish(api, place)
    assert reviewer.post(f"images/{both.pk}/review", {"verdict": "reviewed"}).status_code == 200

    shown = other.get(f"images/{both.pk}").json()
    other.save(both, late)

    assert (shown["slot"], {mask["id"] for mask in shown["masks"]}) == (0, _ids(first))
    assert _masks(annotator, both) == _ids(first, late)


def test_a_second_person_corrects_without_waiting_for_the_verdicts(
    annotator: Api, other: Api, manager: Api, world: World, both: Image
) -> None:
    make_proposals(both, make_bundle())
    manager.patch(f"projects/{world.project.pk}", {"plan": "queues"})
    path = f"projects/{world.project.pk}"

    mine = annotator.post(f"{path}/verify", {}).json()
    theirs = other.post(f"{path}/claim", {"queue": "correct"}).json()["assignment"]

    assert [each["slot"] for each in mine["assignments"]] == [0]
    assert (theirs["image"], theirs["slot"]) == (both.pk, 1)
    assert other.post(f"{path}/verify", {}).json()["proposals"] == []
    counts = other.get(f"{path}/queues").json()
    assert (counts["verify"], counts["correct"]) == (0, 1)


def test_a_save_at_the_second_place_takes_no_query_more(
    annotator: Api, other: Api, world: World, both: Image
) -> None:
    def queries(api: Api) -> int:
        _claim(api, world, both)
        drawn = create()
        api.save(both, drawn)
        revise = operation("revise", mask=drawn["mask"], rle=square(3, 3))
        with CaptureQueriesContext(connection) as captured:
            api.save(both, revise, version=Image.objects.get(pk=both.pk).version)
        return len(captured)

    assert queries(annotator) == queries(other)
