"""Retention: a project's days after which voices go and texts stay."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from annotation import storage
from annotation.models import Image, Project, Recording, RecordingChunk
from annotation.services import voices
from annotation.services.transcripts import save_raw_transcript
from annotation.services.voices import delete_expired_voices
from tests.annotation.world import Api, World, make_image

POINT = {"t": 0.0, "x": 1.0, "y": 2.0, "kind": "move"}


def make_take(world: World, image: Image, *, days: float) -> Recording:
    """A take that began so long ago, with one chunk, a trace and a text."""
    take = Recording.objects.create(
        pk=uuid4(), image=image, user=world.annotator, mime="audio/webm", trace=[POINT]
    )
    storage.put_bytes(f"recordings/{take.pk}/0-abc", b"sound")
    RecordingChunk.objects.create(recording=take, number=0, sha256="abc", bytes=5)
    save_raw_transcript(
        recording=take, transcript_id=uuid4(), text="a bucket", words=[], model="tiny.en"
    )
    Recording.objects.filter(pk=take.pk).update(created_at=timezone.now() - timedelta(days=days))
    return take


def is_kept(take: Recording) -> bool:
    take.refresh_from_db()
    has_bytes = next(storage.list_keys(f"recordings/{take.pk}/"), None) is not None
    assert has_bytes == bool(take.trace) == (take.voice_deleted_at is None)
    return has_bytes


def test_a_voice_goes_after_its_projects_days_and_its_text_stays(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voices, "EXPIRED_AT_ONCE", 2)
    old = [make_take(world, image, days=days) for days in (7.01, 8, 400)]
    young = make_take(world, image, days=6.99)
    elsewhere = make_take(world, make_image(world.elsewhere), days=400)
    path = f"projects/{world.project.pk}"
    assert Api(world.manager).patch(path, {"voice_days": 7}).json()["voice_days"] == 7

    assert (delete_expired_voices(), delete_expired_voices()) == (3, 0)

    assert [is_kept(take) for take in (*old, young, elsewhere)] == [False] * 3 + [True] * 2
    assert all(take.transcripts.get().text == "a bucket" for take in old)


def test_voices_are_kept_where_a_project_says_nothing(world: World, image: Image) -> None:
    take = make_take(world, image, days=4000)

    assert delete_expired_voices() == 0
    assert is_kept(take)


def test_the_days_also_count_for_what_is_in_the_trash(world: World, image: Image) -> None:
    take = make_take(world, image, days=8)
    Project.objects.filter(pk=world.project.pk).update(voice_days=7, deleted_at=timezone.now())

    delete_expired_voices()

    assert not is_kept(take)


@pytest.mark.parametrize("days", [0, -1, 3651, 1.5, "soon"])
def test_days_that_make_no_sense_are_refused(world: World, days: object) -> None:
    answer = Api(world.manager).patch(f"projects/{world.project.pk}", {"voice_days": days})

    assert answer.status_code == 400
