"""What people said comes in again: its words, masks and moment, and each take once."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from annotation import jobs, storage
from annotation.models import Image, Job, Mask, Phrase, PhraseLink, Project, Recording, Transcript
from annotation.services import imported_take_rows
from annotation.services.peaks import peaks_key
from annotation.services.recordings import delete_voice
from annotation.services.voices import audio_key
from tests.annotation.speaking import heard, spoken, words
from tests.annotation.world import Api, make_image
from tests.workers.bringing import finished, read, send, start, work
from tests.workers.moving import (
    SOUND,
    Moving,
    changed,
    rows_of,
    sounding,
    strays,
    zip_of,
)
from workers.app import app


def test_take_comes_in_with_its_sound_words_pointer_and_moment(moving: Moving) -> None:
    found = moving.come()

    [take] = moving.takes()
    assert found["brought"]["takes"] == 1
    assert take.user == moving.there.annotator
    assert (take.state, take.mime, take.duration_s) == ("transcribed", "audio/wav", 3.0)
    assert take.created_at == moving.take.created_at
    assert storage.get_bytes(audio_key(take)) == SOUND
    assert len(json.loads(storage.get_bytes(peaks_key(take)))["peaks"]) == 1200
    assert take.trace == [
        {"t": 0.5, "x": 16.0, "y": 12.0, "kind": "move"},
        {"t": 2.5, "x": 0.0, "y": 0.0, "kind": "move"},
    ]
    text = Transcript.objects.get(recording=take)
    assert (text.kind, text.author, text.text) == (
        *("corrected", moving.there.reviewer),
        "a red bucket",
    )
    assert [(each["text"], each["end_s"]) for each in text.words] == [
        (each["text"], each["end_s"]) for each in words("a red bucket")
    ]


def test_words_speak_of_the_mask_that_came_with_them_and_are_named_by_the_rules(
    moving: Moving,
) -> None:
    moving.come()

    mask = Mask.objects.get(image__project=moving.there.project)
    phrase = Phrase.objects.get(transcript__recording__image__project=moving.there.project)
    [said] = PhraseLink.objects.filter(phrase=phrase)
    assert (phrase.first, phrase.end, phrase.noun) == (0, 3, "bucket")
    assert phrase.text == "a red bucket"
    assert (said.kind, said.masks, said.author) == (
        *("confirmed", [mask.pk]),
        moving.there.reviewer,
    )


def test_version_of_what_came_in_tells_the_same_as_the_one_that_left(moving: Moving) -> None:
    moving.come()

    again = zip_of(moving.there)

    def told(data: bytes) -> list[dict[str, Any]]:
        rows = rows_of(data)
        masks: dict[str, int] = {}
        for row in rows:  # ids of masks are each project's own
            for each in (*row["utterances"], *row["phrases"]):
                each["masks"] = [masks.setdefault(mask, len(masks)) for mask in each["masks"]]
            row["audio"].pop("path")
        return rows

    assert told(again) == told(moving.data)


def test_take_about_one_mask_is_about_that_mask_here(moving: Moving) -> None:
    mask = Mask.objects.get(image__project=moving.here.project)
    about = spoken(moving.here, mask.image)
    Recording.objects.filter(pk=about.pk).update(mask=mask)
    heard(sounding(about), "its handle")

    moving.come(zip_of(moving.here))

    takes = {each.transcripts.get().text: each for each in moving.takes()}
    own = Mask.objects.get(image__project=moving.there.project)
    assert takes["its handle"].mask == own
    assert takes["a red bucket"].mask is None
    raw = takes["its handle"].transcripts.get()
    assert (raw.kind, raw.model, raw.author) == ("raw", "tiny.en", None)


def test_look_tells_what_would_come_and_writes_nothing(moving: Moving) -> None:
    looked = send(moving.there, moving.data)
    new = read(Api(moving.there.manager), looked)["found"]
    start(Api(moving.there.manager), looked)
    again = read(Api(moving.there.manager), send(moving.there, moving.data))["found"]

    assert new["takes"] == 1
    assert "takes" not in again
    assert again["takes there already"] == 1


def test_twice_adds_nothing_and_into_its_own_project_none(moving: Moving) -> None:
    moving.come()
    again = moving.come()
    own = start(Api(moving.here.manager), send(moving.here, moving.data))

    assert len(moving.takes()) == 1
    assert not again["brought"].get("takes")
    assert not own["brought"].get("takes")
    assert Recording.objects.count() == 2
    assert Transcript.objects.filter(recording__in=moving.takes()).count() == 1


def test_take_that_comes_home_from_another_project_is_the_one_that_left(moving: Moving) -> None:
    moving.come()
    back = zip_of(moving.there)

    home = start(Api(moving.here.manager), send(moving.here, back))
    delete_voice(recording=moving.take, by=moving.here.annotator, role="annotator")
    again = start(Api(moving.here.manager), send(moving.here, back))

    assert not home["brought"].get("takes")
    assert not again["brought"].get("takes")
    assert Recording.objects.filter(image__project=moving.here.project).count() == 1


def test_take_that_a_file_tells_twice_comes_once(moving: Moving) -> None:
    found = moving.come(changed(moving.data, lambda _: None, times=2))

    assert found["brought"]["takes"] == 1
    assert len(moving.takes()) == 1


def test_words_that_ask_for_a_mask_do_not_open_finished_work_that_was_imported(
    moving: Moving,
) -> None:
    mask = Mask.objects.get(image__project=moving.here.project)
    heard(sounding(spoken(moving.here, mask.image)), "a green boat beside a tall tree")
    Project.objects.filter(pk=moving.there.project.pk).update(plan=Project.Plan.QUEUES)

    finished(Api(moving.there.manager), send(moving.there, zip_of(moving.here)))

    asked = Phrase.objects.filter(
        transcript__recording__image__project=moving.there.project, is_asked=True
    )
    assert asked.exists()
    assert Image.objects.get(project=moving.there.project).status == Image.Status.DONE


@pytest.mark.parametrize(
    "told",
    [
        *("", "yesterday", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
        "1969-12-31T00:00:00+00:00",
    ],
)
def test_moment_that_is_none_or_to_come_is_now(moving: Moving, told: str) -> None:
    def date(row: dict[str, Any]) -> None:
        row["recorded_at"] = told

    moving.come(changed(moving.data, date))

    [take] = moving.takes()
    assert timezone.now() - timedelta(minutes=5) < take.created_at <= timezone.now()


def test_words_that_no_version_froze_masks_for_do_not_lend_a_take_to_the_whole_image(
    moving: Moving,
) -> None:
    def about(row: dict[str, Any]) -> None:
        row["mask"] = str(uuid4())

    found = moving.come(changed(moving.data, about))

    assert found["brought"]["takes of masks left out"] == 1
    assert moving.takes() == []


def test_takes_alone_find_images_that_are_there(moving: Moving) -> None:
    make_image(moving.there.project)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(moving.data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name.startswith("voices/"):
                new.writestr(name, old.read(name))

    found = moving.come(out.getvalue())

    assert found["brought"] == {"images that were there": 1, "takes": 1}
    assert [each.transcripts.get().text for each in moving.takes()] == ["a red bucket"]


def test_import_that_dies_beside_a_take_brings_it_whole_and_once_the_next_time(
    moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = send(moving.there, moving.data)
    Api(moving.there.manager).post(f"dataset-imports/{import_id}/start")
    job = Job.objects.get(kind=jobs.IMPORT_DATASET)
    with monkeypatch.context() as patch:
        patch.setattr(imported_take_rows, "enqueue_grounding", die)
        app.tasks[job.kind](job_id=job.pk)
    between = (moving.takes(), Image.objects.filter(project=moving.there.project).count())
    Job.objects.filter(pk=job.pk).update(state="queued", error="")

    work()

    [take] = moving.takes()
    assert between == ([], 0)
    assert storage.get_bytes(audio_key(take)) == SOUND
    assert len(strays(moving)) == len({"audio", "peaks", "chunk"})
    assert read(Api(moving.there.manager), import_id)["brought"]["takes"] == 1


def die(**_: object) -> None:
    raise storage.StorageUnavailableError("The worker died.")
