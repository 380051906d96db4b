"""The three queues of a project's plan: what is in each, who gets it, what verdicts do."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import Assignment, Bundle, Image, Operation, Proposal
from annotation.services.proposals import Found, replace_pending_proposals
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


@pytest.fixture
def bundle(world: World) -> Bundle:
    return make_bundle()


def _verify(api: Api, world: World, **body: Any) -> dict[str, Any]:
    answer = api.post(f"projects/{world.project.pk}/verify", body)
    assert answer.status_code == 200, answer.content
    batch: dict[str, Any] = answer.json()
    return batch


def _counts(api: Api, world: World) -> tuple[int, int, int]:
    counts = api.get(f"projects/{world.project.pk}/queues").json()
    return counts["verify"], counts["complete"], counts["correct"]


def _claimed(api: Api, world: World, queue: str) -> int | None:
    answer = api.post(f"projects/{world.project.pk}/claim", {"queue": queue})
    return None if answer.status_code == 204 else int(answer.json()["assignment"]["image"])


def _verdict(proposal: Proposal, verdict: str) -> dict[str, Any]:
    more = {"mask": str(uuid4())} if verdict == "accepted" else {}
    return operation("verdict", proposal=str(proposal.pk), verdict=verdict, **more)


def _many(image: Image, bundle: Bundle, count: int) -> list[Proposal]:
    found = [
        Found(square(i % 25, i // 25, 3), 0.9 - i / 100, 0.9, (1.0, 1.0)) for i in range(count)
    ]
    return replace_pending_proposals(image=image, bundle=bundle, found=found)


def test_a_manager_chooses_the_plan_and_one_pass_is_the_default(
    manager: Api, annotator: Api, world: World
) -> None:
    path = f"projects/{world.project.pk}"
    assert manager.get(path).json()["plan"] == "whole"

    assert annotator.patch(path, {"plan": "queues"}).status_code == 403
    assert manager.patch(path, {"plan": "three"}).status_code == 400
    assert manager.patch(path, {"plan": "queues"}).json()["plan"] == "queues"


def test_an_image_goes_from_verify_to_correct_to_complete(
    annotator: Api, world: World, bundle: Bundle
) -> None:
    image = make_image(world.project)
    good, bad = make_proposals(image, bundle, 2)
    assert _counts(annotator, world) == (2, 0, 0)

    annotator.save(image, _verdict(good, "accepted"))
    assert _counts(annotator, world) == (1, 0, 0)
    annotator.save(image, _verdict(bad, "needs_work"))
    assert _counts(annotator, world) == (0, 0, 1)
    annotator.save(image, create(proposal=str(bad.pk), rle=square(5, 2)))

    assert _counts(annotator, world) == (0, 1, 0)
    assert (_claimed(annotator, world, "correct"), _claimed(annotator, world, "complete")) == (
        None,
        image.pk,
    )


def test_what_the_verifier_expects_nobody_to_accept_is_corrected_and_not_verified(
    annotator: Api, world: World, bundle: Bundle
) -> None:
    image = make_image(world.project)
    good, bad = make_proposals(image, bundle, 2)
    Proposal.objects.filter(pk=good.pk).update(verifier_score=0.9)
    other = make_image(world.project, 1, proposed_by=bundle)
    [poor] = make_proposals(other, bundle)
    for at, (proposal, score) in enumerate(((bad, 0.04), (poor, 0.01))):
        mine = Proposal.objects.filter(pk=proposal.pk)
        proposal.pk = UUID(int=2**128 - 1 - at)  # no draw takes it
        mine.update(id=proposal.pk, verifier_score=score)

    offered = [each["id"] for each in _verify(annotator, world)["proposals"]]
    counts = _counts(annotator, world)
    annotator.save(image, _verdict(good, "accepted"))

    assert offered == [str(good.pk)]
    assert counts == (1, 0, 1)  # the other image has nothing to verify
    assert _counts(annotator, world) == (0, 0, 2)
    annotator.save(image, create(proposal=str(bad.pk), rle=square(5, 2)))
    assert _counts(annotator, world) == (0, 1, 1)


def test_nothing_missing_finishes_the_image(annotator: Api, world: World, bundle: Bundle) -> None:
    image = make_image(world.project)
    annotator.save(image, _verdict(make_proposals(image, bundle)[0], "rejected"))
    claim = annotator.post(f"projects/{world.project.pk}/claim", {"queue": "complete"}).json()

    path = f"assignments/{claim['assignment']['id']}/finish"
    answer = annotator.post(path, {"active_s": 3})

    assert answer.json() == {"image": image.pk, "status": "done"}
    assert _counts(annotator, world) == (0, 0, 0)


def test_an_image_with_nothing_to_verify_is_corrected_once_the_model_has_looked(
    annotator: Api, world: World, bundle: Bundle
) -> None:
    make_image(world.project, 0)  # no model has seen it
    looked_at = make_image(world.project, 1, proposed_by=bundle)

    assert _counts(annotator, world) == (0, 0, 1)
    assert _claimed(annotator, world, "correct") == looked_at.pk


def test_the_blind_holdout_shows_no_proposals_in_any_queue(
    annotator: Api, world: World, bundle: Bundle
) -> None:
    image = make_image(world.project)
    make_proposals(image, bundle, 2)
    Image.objects.filter(pk=image.pk).update(is_holdout=True)

    assert _counts(annotator, world) == (0, 0, 1)
    assert _verify(annotator, world)["proposals"] == []
    assert _claimed(annotator, world, "correct") == image.pk
    assert annotator.get(f"images/{image.pk}").json()["proposals"] == []


@pytest.mark.parametrize("verdict", ["needs_work", "not_sure"])
def test_what_is_sent_on_is_kept_for_ever_and_can_be_taken_back(
    annotator: Api, world: World, image: Image, bundle: Bundle, verdict: str
) -> None:
    [proposal] = make_proposals(image, bundle)
    sent = _verdict(proposal, verdict)

    annotator.save(image, sent)
    annotator.save(image, sent)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by, proposal.mask) == (verdict, world.annotator, None)
    shown = annotator.get(f"images/{image.pk}").json()["proposals"]
    assert [(each["id"], each["state"]) for each in shown] == [(str(proposal.pk), verdict)]
    annotator.save(image, _verdict(proposal, "pending"))
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == ("pending", None)
    logged = Operation.objects.filter(image=image).order_by("image_version")
    assert [each.payload["verdict"] for each in logged] == [verdict, "pending"]


def test_what_is_sent_on_outlives_a_newer_bundle(
    annotator: Api, image: Image, bundle: Bundle
) -> None:
    kept, gone = make_proposals(image, bundle, 2)
    annotator.save(image, _verdict(kept, "needs_work"))

    newer = make_proposals(image, make_bundle("b"), 2)

    states = dict(Proposal.objects.values_list("pk", "state"))
    assert (states[kept.pk], states[gone.pk]) == ("needs_work", "superseded")
    assert [each.rle for each in newer] == [gone.rle]  # not again what waits for correction


def test_a_batch_holds_twenty_proposals_and_all_that_the_page_needs(
    annotator: Api, world: World, bundle: Bundle
) -> None:
    images = [make_image(world.project, seed) for seed in range(3)]
    for image in images:
        _many(image, bundle, 15)

    first = _verify(annotator, world)
    known = [each["id"] for each in first["proposals"]]
    second = _verify(annotator, world, known=known)

    assert [len(batch["proposals"]) for batch in (first, second)] == [20, 20]
    assert [each["id"] for each in first["images"]] == [images[0].pk, images[1].pk]
    assert (first["left"], second["left"]) == (25, 5)
    assert not set(known) & {each["id"] for each in second["proposals"]}
    shown, page = first["proposals"][0], first["images"][0]
    assert shown["box_xyxy"] == [0, 0, 3, 3]
    assert shown["image"] == page["id"]
    assert shown["rle"] == square(0, 0, 3)
    assert (page["width"], page["height"], page["version"]) == (32, 24, 0)
    assert page["display_url"].startswith("http")
    assert {each["image"] for each in first["assignments"]} == {images[0].pk, images[1].pk}


def test_p5_two_people_verify_different_images(
    annotator: Api, reviewer: Api, manager: Api, world: World, bundle: Bundle
) -> None:
    manager.patch(f"projects/{world.project.pk}", {"overlap": 2})
    world.project.refresh_from_db()
    images = [make_image(world.project, seed) for seed in range(2)]
    for image in images:
        _many(image, bundle, 20)

    mine, theirs = _verify(annotator, world), _verify(reviewer, world)
    nobody_elses = _verify(manager, world)

    assert {each["image"] for each in mine["proposals"]} == {images[0].pk}
    assert {each["image"] for each in theirs["proposals"]} == {images[1].pk}
    assert nobody_elses["proposals"] == []
    assert Assignment.objects.filter(state="leased").count() == 2


def test_verifying_goes_on_with_the_images_that_the_person_holds(
    annotator: Api, world: World, bundle: Bundle
) -> None:
    for seed in range(2):
        _many(make_image(world.project, seed), bundle, 25)
    first = _verify(annotator, world)

    again = _verify(annotator, world)

    assert again == {**first, "assignments": again["assignments"]}
    assert Assignment.objects.filter(state="leased").count() == 1


def test_the_proposals_of_one_label_are_verified_by_themselves(
    annotator: Api, world: World, bundle: Bundle
) -> None:
    image = make_image(world.project)
    named, *others = make_proposals(image, bundle, 3)
    Proposal.objects.filter(pk=named.pk).update(label=world.label_id)

    of_label = _verify(annotator, world, label=world.label_id)
    unlabelled = _verify(annotator, world, label=None)

    assert [each["id"] for each in of_label["proposals"]] == [str(named.pk)]
    assert {each["id"] for each in unlabelled["proposals"]} == {str(each.pk) for each in others}


def test_an_image_given_back_keeps_the_seconds_it_took(
    annotator: Api, reviewer: Api, world: World, bundle: Bundle
) -> None:
    image = make_image(world.project)
    [proposal] = make_proposals(image, bundle)
    [place] = _verify(annotator, world)["assignments"]
    annotator.save(image, _verdict(proposal, "accepted"))

    for _ in range(2):  # resending is harmless
        path = f"assignments/{place['id']}/release"
        assert annotator.post(path, {"active_s": 4.5}).status_code == 204

    assert Assignment.objects.get(pk=place["id"]).active_s == 4.5
    assert _claimed(reviewer, world, "complete") == image.pk


def test_p3_giving_back_unheard_and_again_later_adds_nothing_to_images_verified_anew(
    annotator: Api, world: World, bundle: Bundle
) -> None:
    make_proposals(make_image(world.project), bundle)
    [first] = _verify(annotator, world)["assignments"]
    path = f"assignments/{first['id']}/release"
    annotator.post(path, {"active_s": 4.5, "stint": first["stint"]})

    [second] = _verify(annotator, world)["assignments"]
    annotator.post(path, {"active_s": 4.5, "stint": first["stint"]})
    [renewed] = _verify(annotator, world)["assignments"]

    assert second["id"] == first["id"]
    assert second["stint"] == renewed["stint"] > first["stint"]
    assert Assignment.objects.get(pk=first["id"]).active_s == 4.5


def test_returned_work_that_is_given_back_is_open_to_all(
    annotator: Api, reviewer: Api, world: World, bundle: Bundle
) -> None:
    image = make_image(world.project)
    annotator.save(image, _verdict(make_proposals(image, bundle)[0], "accepted"))
    claim = annotator.post(f"projects/{world.project.pk}/claim", {}).json()["assignment"]
    annotator.post(f"assignments/{claim['id']}/finish", {"active_s": 1})
    reviewer.post(f"images/{image.pk}/review", {"verdict": "returned", "comment": "Again."})

    annotator.post(f"assignments/{claim['id']}/release", {"active_s": 1})

    assert _claimed(reviewer, world, "complete") == image.pk


def test_returned_work_comes_first_in_whichever_queue_the_person_is(
    annotator: Api, reviewer: Api, world: World, bundle: Bundle
) -> None:
    image, to_complete = (make_image(world.project, seed) for seed in range(2))
    for each in (image, to_complete):
        annotator.save(each, _verdict(make_proposals(each, bundle)[0], "accepted"))
    bare = make_image(world.project, 2, proposed_by=bundle)
    claim = annotator.post(f"projects/{world.project.pk}/claim", {"queue": "complete"}).json()
    annotator.post(f"assignments/{claim['assignment']['id']}/finish", {"active_s": 1})
    reviewer.post(f"images/{image.pk}/review", {"verdict": "returned", "comment": "Again."})

    of_queues = [_claimed(annotator, world, queue) for queue in ("correct", "complete")]
    upcoming = annotator.get(f"projects/{world.project.pk}/upcoming?queue=correct")

    assert of_queues == [image.pk, image.pk]
    assert upcoming.json() == [image.pk, bare.pk]
    assert _counts(annotator, world) == (0, 2, 1)
    assert _claimed(reviewer, world, "complete") == to_complete.pk


def test_returned_work_is_not_verified_so_that_its_person_keeps_it(
    annotator: Api, reviewer: Api, world: World, bundle: Bundle
) -> None:
    image, other = (make_image(world.project, seed) for seed in range(2))
    accepted, _ = make_proposals(image, bundle, 2)
    [to_verify] = make_proposals(other, bundle)
    annotator.save(image, _verdict(accepted, "accepted"))
    claim = annotator.post(f"projects/{world.project.pk}/claim", {"image": image.pk}).json()
    annotator.post(f"assignments/{claim['assignment']['id']}/finish", {"active_s": 1})
    reviewer.post(f"images/{image.pk}/review", {"verdict": "returned", "comment": "Again."})

    batches = [_verify(api, world)["proposals"] for api in (annotator, reviewer)]

    assert [[each["id"] for each in batch] for batch in batches] == [[str(to_verify.pk)], []]
    assert _claimed(annotator, world, "correct") == image.pk
    assert _counts(annotator, world) == (1, 0, 1)


def test_upcoming_images_are_those_of_the_queue(
    annotator: Api, world: World, bundle: Bundle
) -> None:
    make_proposals(make_image(world.project, 0), bundle)
    bare = make_image(world.project, 1, proposed_by=bundle)

    path = f"projects/{world.project.pk}/upcoming"

    assert annotator.get(f"{path}?queue=correct").json() == [bare.pk]
    assert len(annotator.get(path).json()) == 2


def _queries(api: Api, world: World) -> Iterator[int]:
    for call in (
        lambda: _counts(api, world),
        lambda: _verify(api, world),
        lambda: _claimed(api, world, "complete"),
    ):
        with CaptureQueriesContext(connection) as captured:
            call()
        yield len([query for query in captured if "SAVEPOINT" not in query["sql"]])


def test_the_queues_take_the_same_queries_for_one_image_and_for_many(
    annotator: Api, world: World, bundle: Bundle
) -> None:
    _many(make_image(world.project), bundle, 2)
    few = list(_queries(annotator, world))
    for seed in range(1, 6):
        _many(make_image(world.project, seed), bundle, 6)

    many = list(_queries(annotator, world))

    assert many[0] == few[0] == 7  # session, user, role, one for each queue, one of questions
    assert all(now <= then for now, then in zip(many, few, strict=True))
