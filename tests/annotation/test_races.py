"""What happens when people, tabs and retries arrive at once. Real transactions, real threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from annotation.errors import DomainError, StaleVersionError
from annotation.jobs import PREPARE_IMAGES
from annotation.models import (
    Alias,
    Assignment,
    Export,
    Image,
    Job,
    Mask,
    Membership,
    Operation,
    Phrase,
    Project,
    Recording,
    Revision,
    Round,
)
from annotation.services.assignments import claim_image
from annotation.services.caption_proposals import propose_caption
from annotation.services.captions import Making, StaleCaptionError, save_caption
from annotation.services.comments import (
    CommentWithdrawnError,
    Place,
    add_comment,
    withdraw_comment,
)
from annotation.services.exports import request_export
from annotation.services.grounding import save_grounding
from annotation.services.imported_people import withdraw_comments
from annotation.services.jobs import Claim, claim_job, enqueue_job
from annotation.services.masks import save_operations
from annotation.services.merged_captions import OwnWords, merge_caption
from annotation.services.projects import update_project
from annotation.services.rounds import start_round
from annotation.services.verification import Batch, claim_proposals
from annotation.services.versions import cut_version
from annotation.services.voices import mark_voices_deleted
from engine.speech.grounding.links import Link
from engine.speech.grounding.phrases import Phrase as Found
from tests.annotation.at_once import at_once, wait_until_somebody_waits_for_this_transaction
from tests.annotation.speaking import heard, spoken
from tests.annotation.world import (
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    make_user,
    make_world,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None, bucket: None) -> World:
    return make_world()


def _saves(image: Image, user: User, operations: list[dict[str, object]]) -> Callable[[], object]:
    return lambda: save_operations(
        image_id=image.pk, operations=operations, expected_version=0, author=user
    )


def test_p3_one_save_sent_twice_at_once_is_saved_once(world: World) -> None:
    image = make_image(world.project)
    drawn = [create()]

    first, second = at_once(*[_saves(image, world.annotator, drawn)] * 2)

    assert first == second
    assert (Mask.objects.count(), Revision.objects.count(), Operation.objects.count()) == (1, 1, 1)
    image.refresh_from_db()
    assert image.version == 1


def test_p4_of_two_saves_on_one_version_one_is_told_what_it_missed(world: World) -> None:
    image = make_image(world.project)
    mine, theirs = [create()], [create(at=(12, 2))]

    results = at_once(_saves(image, world.annotator, mine), _saves(image, world.reviewer, theirs))

    [stale] = [result for result in results if isinstance(result, StaleVersionError)]
    assert Mask.objects.count() == 1
    assert [missed["mask"] for missed in stale.extra["missed"]] == [str(Mask.objects.get().pk)]
    image.refresh_from_db()
    assert image.version == 1


def test_p5_fifty_people_who_claim_at_once_get_fifty_places_and_no_two_the_same(
    world: World,
) -> None:
    update_project(project=world.project, changes={"overlap": 2})
    world.project.refresh_from_db()
    for seed in range(20):
        make_image(world.project, seed)  # 40 places for 50 people
    people = [make_user(f"person{number}") for number in range(50)]
    Membership.objects.bulk_create(
        Membership(project=world.project, user=user, role="annotator") for user in people
    )

    waves = [people[start : start + 10] for start in range(0, 50, 10)]
    claimed = [
        result
        for wave in waves
        for result in at_once(
            *[lambda user=user: claim_image(project=world.project, user=user) for user in wave]
        )
    ]

    places = [place for place in claimed if isinstance(place, Assignment)]
    assert [result for result in claimed if isinstance(result, Exception)] == []
    assert len({place.pk for place in places}) == len(places) == 40
    assert len({(place.image_id, place.user_id) for place in places}) == 40


def test_p5_one_person_with_two_tabs_gets_one_image(world: World) -> None:
    for seed in range(4):
        make_image(world.project, seed)

    tabs = at_once(*[lambda: claim_image(project=world.project, user=world.annotator)] * 4)

    assert len({place.pk for place in tabs if isinstance(place, Assignment)}) == 1
    assert Assignment.objects.filter(state="leased").count() == 1


def test_p5_whoever_returns_to_a_lease_that_ran_out_does_not_take_it_from_who_just_got_it(
    world: World,
) -> None:
    image = make_image(world.project)
    claim_image(project=world.project, user=world.annotator)
    past = timezone.now() - timedelta(seconds=1)
    Assignment.objects.filter(image=image).update(lease_until=past)
    back = partial(claim_image, project=world.project, user=world.annotator)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            taken = claim_image(project=world.project, user=world.reviewer)
            returning = pool.submit(lambda: at_once(back))
            wait_until_somebody_waits_for_this_transaction()
        [found] = returning.result(timeout=20)

    assert (taken and taken.image_id, found) == (image.pk, None)
    assert Assignment.objects.get(image=image).user == world.reviewer


def test_where_somebody_pointed_goes_with_the_voice_also_while_it_is_being_written(
    world: World,
) -> None:
    take = spoken(world, make_image(world.project))
    transcript = heard(take)
    deleting = partial(mark_voices_deleted, Recording.objects.filter(pk=take.pk))

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            save_grounding(
                transcript=transcript,
                phrases=[Found(0, 1, "it", "it", None, is_plural=False, is_definite=False)],
                links=[Link((), (5.0, 6.0), 1.0)],
                asked={0},
                rules="rules-1",
            )
            deleted = pool.submit(lambda: at_once(deleting))
            wait_until_somebody_waits_for_this_transaction()
        assert deleted.result(timeout=20) == [1]

    assert [each.place_xy for each in Phrase.objects.all()] == [None]


def test_p5_people_who_verify_at_once_each_get_proposals_of_their_own(world: World) -> None:
    bundle = make_bundle()
    for seed in range(6):
        make_proposals(make_image(world.project, seed), bundle, 6)
    people = [world.manager, world.reviewer, world.annotator]

    def verifies(user: User) -> Callable[[], Batch]:
        return lambda: claim_proposals(project=world.project, user=user)

    batches = at_once(*(verifies(user) for user in people))

    given = [each.pk for batch in batches if isinstance(batch, Batch) for each in batch.proposals]
    assert [batch for batch in batches if isinstance(batch, Exception)] == []
    assert len(given) == len(set(given)) > 20  # nobody waits for who asks at the same moment
    held = Assignment.objects.filter(state="leased").values_list("image_id", flat=True)
    assert len(held) == len(set(held))


def test_two_managers_who_press_retrain_at_once_make_one_round(world: World) -> None:
    Alias.objects.create(project=world.project, name="serving", bundle=make_bundle())
    image = make_image(world.project)
    _saves(image, world.annotator, [create()])()
    Image.objects.filter(pk=image.pk).update(status="done", finished_at=timezone.now())
    start = partial(start_round, project=world.project, trigger="manual", created_by=world.manager)

    answers = at_once(start, start)

    assert sorted(type(each).__name__ for each in answers) == ["Round", "RoundRunningError"]
    assert Round.objects.count() == 1


def test_a_comment_is_either_answered_or_withdrawn(world: World) -> None:
    image, author = make_image(world.project), world.reviewer
    say = partial(add_comment, image=image, author=author, role="reviewer", text="Is this a cell?")
    comment = say(comment_id=uuid4(), place=Place())

    answered, withdrawn = at_once(
        lambda: say(comment_id=uuid4(), place=Place(answers=comment.pk)),
        lambda: withdraw_comment(comment=comment, by=author),
    )

    refusals = (isinstance(answered, CommentWithdrawnError), isinstance(withdrawn, DomainError))
    assert refusals in {(True, False), (False, True)}


def test_a_comment_that_an_undo_takes_away_is_not_answered_meanwhile_nor_the_undo_broken_off(
    world: World,
) -> None:
    """Each has one of the rows, the image's and the comment's, when it comes to the other."""
    image, author = make_image(world.project), world.reviewer
    say = partial(add_comment, image=image, author=author, role="reviewer", text="Is this a cell?")
    comment = say(comment_id=uuid4(), place=Place())
    barrier = Barrier(2)

    def answer() -> None:
        with transaction.atomic():
            say(comment_id=uuid4(), place=Place(answers=comment.pk))
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=0.5)

    def undo() -> int:
        with transaction.atomic():
            Image.objects.select_for_update().get(pk=image.pk)
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=0.5)
            return withdraw_comments(comment_ids=[comment.pk])

    answered, gone = at_once(answer, undo)

    assert (isinstance(answered, CommentWithdrawnError), gone) in {(True, 1), (False, 0)}


def test_of_people_who_answer_one_proposal_at_once_one_is_measured(world: World) -> None:
    Project.objects.filter(pk=world.project.pk).update(caption_control_share=0)
    image = make_image(world.project)
    proposal = propose_caption(image=image, bundle=make_bundle(), text="A cell.", phrases=[])
    assert proposal is not None
    calls = [
        partial(
            save_caption,
            caption_id=uuid4(),
            image=image,
            author=person,
            text="A cell.",
            making=Making(proposal=proposal.pk),
        )
        for person in (world.annotator, world.reviewer, world.manager)
    ]

    saved = at_once(*calls)

    proposal.refresh_from_db()
    assert proposal.state == "accepted"
    assert proposal.caption in saved
    assert image.captions.count() == len(calls)  # nobody's words are lost


def test_a_caption_of_a_take_is_saved_while_the_take_is_grounded(world: World) -> None:
    """Each waiting for the other would end one of them: grounding may open the image again."""
    image = make_image(world.project)
    take = spoken(world, image)
    transcript = heard(take)

    def save() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return save_caption(
            caption_id=uuid4(),
            image=image,
            author=world.annotator,
            text="A cell.",
            recording_id=take.pk,
        )

    with transaction.atomic():
        save_grounding(transcript=transcript, phrases=[], links=[], asked=[], rules="1")
        [saved] = at_once(save)

    assert image.captions.get() == saved


def test_of_people_who_add_to_one_caption_at_once_one_is_first(world: World) -> None:
    image = make_image(world.project)
    people = (world.annotator, world.reviewer, world.manager)
    calls = [
        partial(
            merge_caption,
            caption_id=uuid4(),
            image=image,
            author=person,
            base=None,
            words=[OwnWords(person.username, None)],
        )
        for person in people
    ]

    results = at_once(*calls)

    refused = [each for each in results if isinstance(each, StaleCaptionError)]
    assert len(refused) == len(people) - 1
    assert image.captions.count() == 1


def test_of_two_jobs_of_the_same_work_that_are_claimed_at_once_one_waits(world: World) -> None:
    args = {"project_id": world.project.pk}
    queued = [enqueue_job(kind=PREPARE_IMAGES, project=world.project, args=args) for _ in range(2)]
    barrier = Barrier(2)

    def claim(job: Job) -> Claim | None:
        with transaction.atomic():
            found = claim_job(job_id=job.pk)
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=0.5)
        return found

    claims = at_once(*(partial(claim, job) for job in queued))

    assert sorted(Job.objects.values_list("state", flat=True)) == ["queued", "running"]
    assert len([each for each in claims if each is None]) == 1


def test_p3_an_export_asked_for_twice_at_once_is_written_once(world: World) -> None:
    make_image(world.project, status=Image.Status.DONE)
    version = cut_version(project=world.project, created_by=world.manager)

    def ask() -> Export:
        return request_export(
            version=version, export_id=uuid4(), export_format="coco", created_by=world.manager
        )

    exports = at_once(*[ask] * 4)

    assert exports == [Export.objects.get()] * 4
