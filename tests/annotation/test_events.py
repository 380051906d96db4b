"""Live events: for members who are logged in, from the page's origin, and only what changed."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import AsyncClient

from annotation import jobs
from annotation.api import events
from annotation.models import Image, Job, LiveTranscript, Membership, Recording
from annotation.services.assignments import claim_image, finish_image
from annotation.services.jobs import enqueue_job
from annotation.services.review import review_image
from tests.annotation.world import World

pytestmark = [
    pytest.mark.urls("annotation.urls_events"),
    pytest.mark.django_db(transaction=True),  # a request ends by closing its connection
]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "EVERY_S", 0.0)


@pytest.fixture
def job(world: World) -> Job:
    args = {"project_id": world.project.pk}
    return enqueue_job(kind=jobs.PREPARE_IMAGES, project=world.project, args=args)


async def listen(user: User | None, project_id: int) -> Any:
    client = AsyncClient()
    if user is not None:
        await client.aforce_login(user)
    return await client.get(f"/events/projects/{project_id}")


async def take(stream: AsyncIterator[bytes], count: int) -> list[tuple[str, Any]]:
    """Read so many events: name and data."""
    found: list[tuple[str, Any]] = []
    async for piece in stream:
        lines = piece.decode().splitlines()
        if lines[0].startswith("event: "):
            name, data = lines[0].removeprefix("event: "), lines[1].removeprefix("data: ")
            found.append((name, json.loads(data)))
        if len(found) == count:
            break
    return found


def test_a_member_sees_jobs_and_figures(world: World, job: Job) -> None:
    async def scenario() -> list[tuple[str, Any]]:
        response = await listen(world.annotator, world.project.pk)
        assert response["Content-Type"] == "text/event-stream"
        return await take(aiter(response), 2)

    shown = dict(async_to_sync(scenario)())

    assert [each["id"] for each in shown["jobs"]] == [job.pk]
    assert shown["project"]["counts"]["images"] == 0
    assert shown["project"]["serving"] is None


def test_only_what_changed_is_sent_again(world: World, job: Job) -> None:
    async def scenario() -> list[tuple[str, Any]]:
        response = await listen(world.annotator, world.project.pk)
        stream = aiter(response)
        await take(stream, 3)
        await Job.objects.filter(pk=job.pk).aupdate(message="Embedding images")
        return await take(stream, 1)

    [(name, shown)] = async_to_sync(scenario)()

    assert name == "jobs"
    assert shown[0]["message"] == "Embedding images"


def test_a_person_hears_at_once_what_was_returned_to_them_and_others_do_not(
    world: World, image: Image
) -> None:
    async def scenario() -> tuple[list[tuple[str, Any]], ...]:
        stream = aiter(await listen(world.annotator, world.project.pk))
        before = await take(stream, 3)
        await sync_to_async(_return)(world, image)
        others = await listen(world.reviewer, world.project.pk)
        return before, await take(stream, 2), await take(aiter(others), 3)

    before, after, others = (dict(each) for each in async_to_sync(scenario)())

    assert [told["returned"] for told in (before, after, others)] == [[], [image.pk], []]
    assert after["project"]["counts"]["returned"] == 1


def test_a_speaker_reads_what_was_heard_and_others_do_not(world: World, image: Image) -> None:
    spoken = Recording.objects.create(
        pk=uuid4(), image=image, user=world.annotator, mime="audio/webm"
    )
    words = [{"text": "A", "start_s": 0, "end_s": 1, "probability": 1}]
    heard = {"settled": [], "settled_until_s": 0, "open": words, "dropped": [], "model": "test"}
    LiveTranscript.objects.create(recording=spoken, heard=heard)

    async def scenario() -> tuple[list[tuple[str, Any]], ...]:
        speakers = await listen(world.annotator, world.project.pk)
        others = await listen(world.reviewer, world.project.pk)
        return await take(aiter(speakers), 4), await take(aiter(others), 3)

    own, others = (dict(each) for each in async_to_sync(scenario)())

    assert own["heard"] == [{"recording": str(spoken.pk), "settled": "", "open": "A"}]
    assert "heard" not in others


def _return(world: World, image: Image) -> None:
    place = claim_image(project=world.project, user=world.annotator)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=1)
    review_image(image=image, verdict="returned", comment="Again.", reviewer=world.reviewer)


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), (None, 401)])
def test_others_hear_nothing(world: World, who: str | None, status: int) -> None:
    user = getattr(world, who) if who else None

    response = async_to_sync(listen)(user, world.project.pk)

    assert response.status_code == status


def _log_out(user: User) -> None:
    Session.objects.all().delete()


def _change_password(user: User) -> None:
    user.set_password("staple horse battery")
    user.save()


def _shut_out(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _take_off_the_project(user: User) -> None:
    Membership.objects.filter(user=user).delete()


async def _ends(stream: AsyncIterator[bytes]) -> bool:
    for _ in range(20):
        try:
            await anext(stream)
        except StopAsyncIteration:
            return True
    return False


@pytest.mark.parametrize("happens", [_log_out, _change_password, _shut_out, _take_off_the_project])
def test_a_stream_ends_with_the_session_that_opened_it(
    world: World, monkeypatch: pytest.MonkeyPatch, happens: Callable[[User], None]
) -> None:
    monkeypatch.setattr(events, "CHECK_ACCESS_S", -1.0)  # each time

    async def scenario() -> tuple[bool, bool]:
        stream = aiter(await listen(world.annotator, world.project.pk))
        before = await _ends(stream)
        await sync_to_async(happens)(world.annotator)
        return before, await _ends(stream)

    before, after = async_to_sync(scenario)()

    assert (before, after) == (False, True)


def test_the_page_may_read_it_across_origins(world: World, settings: LazySettings) -> None:
    settings.WEB_URL = "http://127.0.0.1:8137"

    response = async_to_sync(listen)(world.annotator, world.project.pk)

    assert response["Access-Control-Allow-Origin"] == "http://127.0.0.1:8137"
    assert response["Access-Control-Allow-Credentials"] == "true"
