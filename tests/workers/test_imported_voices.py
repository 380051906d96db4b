"""Whose voice an import keeps: of members who agree here, and none that was deleted."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from annotation import storage
from annotation.models import Membership, Project, Recording, RecordingChunk
from annotation.services import dataset_imports
from annotation.services.consent import give_consent, withdraw_consent
from annotation.services.imported_takes import bring_takes
from annotation.services.recordings import delete_voice, remove_recording
from annotation.services.voices import (
    audio_key,
    delete_expired_voices,
    delete_own_voices,
    drop_stray_audio,
)
from tests.annotation.world import Api, make_user
from tests.workers.moving import SOUND, Moving, changed, strays, zip_of


def test_people_hear_it_in_the_browser_and_its_speaker_can_delete_it(moving: Moving) -> None:
    moving.come()
    [take] = moving.takes()

    shown = Api(moving.there.manager).get(f"recordings/{take.pk}").json()
    gone = Api(moving.there.annotator).delete(f"recordings/{take.pk}")

    assert shown["has_voice"]
    assert shown["audio_url"]
    assert gone.status_code == 204
    assert not list(storage.list_keys(f"recordings/{take.pk}/"))
    assert not RecordingChunk.objects.filter(recording=take).exists()


def test_who_has_not_agreed_here_is_not_heard_here_until_they_do(moving: Moving) -> None:
    withdraw_consent(user=moving.there.annotator)
    before = moving.come()
    silent = moving.takes()
    give_consent(user=moving.there.annotator)
    after = moving.come()

    assert (before["brought"]["takes without consent left out"], silent) == (1, [])
    assert after["brought"]["takes"] == 1
    assert len(moving.takes()) == 1


def test_what_somebody_said_who_is_no_member_stays_out(moving: Moving) -> None:
    Membership.objects.filter(project=moving.there.project, user=moving.there.annotator).delete()

    found = moving.come()

    assert found["brought"]["takes of others left out"] == 1
    assert moving.takes() == []
    assert not strays(moving)


def test_take_whose_voice_stayed_behind_comes_as_text(moving: Moving) -> None:
    delete_voice(recording=moving.take, by=moving.here.annotator, role="annotator")
    withdraw_consent(user=moving.here.annotator)

    moving.come(zip_of(moving.here))

    [take] = moving.takes()
    shown = Api(moving.there.annotator).get(f"recordings/{take.pk}").json()
    assert take.transcripts.get().text == "a red bucket"
    assert (shown["audio_url"], shown["has_voice"], shown["voice_deleted_at"]) == (
        *(None, False),
        None,
    )
    assert (take.trace, strays(moving)) == ([], set())


def test_voice_that_is_deleted_while_its_copy_is_on_the_way_is_swept(
    moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bring_late(**given: Any) -> Any:
        delete_voice(recording=moving.take, by=moving.here.annotator, role="annotator")
        return bring_takes(**given)

    monkeypatch.setattr(dataset_imports, "bring_takes", bring_late)

    moving.come()
    [take] = moving.takes()
    before = strays(moving)
    drop_stray_audio()

    assert (take.mime, len(before)) == ("", 3)
    assert strays(moving) == set()


@pytest.mark.parametrize("by", ["speaker", "all", "days"])
def test_voice_that_was_deleted_since_is_not_heard_again_from_an_older_file(
    moving: Moving, by: str
) -> None:
    if by == "days":
        Project.objects.filter(pk=moving.here.project.pk).update(voice_days=1)
        old = timezone.now() - timedelta(days=2)
        Recording.objects.filter(pk=moving.take.pk).update(created_at=old)
        delete_expired_voices()
    elif by == "all":
        delete_own_voices(user=moving.here.annotator)
    else:
        delete_voice(recording=moving.take, by=moving.here.annotator, role="annotator")

    moving.come()

    [take] = moving.takes()
    assert take.transcripts.get().text == "a red bucket"
    assert (take.mime, take.trace) == ("", [])
    assert not {key for key in strays(moving) if str(take.pk) in key}


def test_take_of_somebody_who_has_another_name_by_now_stays_theirs(moving: Moving) -> None:
    User.objects.filter(pk=moving.there.annotator.pk).update(username="married")
    namesake = make_user("annotator")
    Membership.objects.create(project=moving.there.project, user=namesake, role="annotator")
    give_consent(user=namesake)

    moving.come()

    [take] = moving.takes()
    assert take.user == moving.there.annotator


def test_voice_that_the_project_would_delete_at_once_does_not_come(moving: Moving) -> None:
    def age(row: dict[str, Any]) -> None:
        row["recorded_at"] = (timezone.now() - timedelta(days=9)).isoformat()

    Project.objects.filter(pk=moving.there.project.pk).update(voice_days=7)
    moving.there.project.refresh_from_db()

    moving.come(changed(moving.data, age))

    [take] = moving.takes()
    assert (take.mime, strays(moving)) == ("", set())


def test_voice_that_its_speaker_deleted_or_take_that_they_removed_never_comes_back(
    moving: Moving,
) -> None:
    moving.come()
    [take] = moving.takes()
    delete_voice(recording=take, by=moving.there.annotator, role="annotator")
    moving.come()
    left = strays(moving)
    remove_recording(recording=take, by=moving.there.annotator, role="annotator")
    moving.come()

    assert left == set()
    assert moving.takes() == []


def test_sound_that_is_none_is_told_by_its_take_and_the_rest_comes_in(moving: Moving) -> None:
    def spoil(row: dict[str, Any]) -> None:
        row["audio"] = {"bytes": b"no sound at all", "path": "a.webm"}

    found = moving.come(changed(moving.data, spoil))

    problems = Api(moving.there.manager).get(f"dataset-imports/{found['id']}/problems").json()
    [fault] = [each["fault"] for each in problems["results"]]
    assert fault.startswith(f"take {moving.take.pk}: This is not a recording")
    assert found["brought"]["takes refused"] == 1
    assert found["brought"]["masks"] == 1
    assert (moving.takes(), strays(moving)) == ([], set())


def test_sound_whose_row_never_came_is_dropped_once_no_import_can_be_at_it(
    moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    stray = f"recordings/{uuid4()}/audio"
    storage.put_bytes(stray, SOUND)
    young = drop_stray_audio()
    stored_at = storage.stored_at
    two_days = timedelta(days=2)
    monkeypatch.setattr(
        *(storage, "stored_at"),
        lambda key: stored_at(key) - two_days if key == stray else stored_at(key),
    )
    old = drop_stray_audio()

    assert (young, old) == (0, 1)
    assert not storage.exists(stray)
    assert storage.exists(audio_key(moving.take))
