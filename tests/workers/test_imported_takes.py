"""What people said comes in again, of members, with its sound where they agree to that here."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from pyarrow import Table, parquet

from annotation import jobs, storage
from annotation.models import (
    Image,
    Job,
    Mask,
    Membership,
    Phrase,
    PhraseLink,
    Project,
    Recording,
    RecordingChunk,
    Transcript,
)
from annotation.services import dataset_imports, imported_take_rows
from annotation.services.captions import save_caption
from annotation.services.consent import give_consent, withdraw_consent
from annotation.services.exports import write_export
from annotation.services.imported_takes import bring_takes
from annotation.services.peaks import peaks_key
from annotation.services.projects import create_project
from annotation.services.recordings import delete_voice, remove_recording
from annotation.services.transcripts import correct_transcript
from annotation.services.versions import cut_version
from annotation.services.voices import (
    audio_key,
    delete_expired_voices,
    delete_own_voices,
    drop_stray_audio,
)
from engine.datasets.choosing import Choice
from tests.annotation.speaking import heard, link, make_scene, spoken, words
from tests.annotation.world import Api, World, make_image, make_user
from tests.engine.test_media_silenced import tone
from tests.workers.bringing import finished, read, send, start, undo, work
from workers.app import app

FORMAT = "huggingface_voices"
SOUND = tone(3.0)


@dataclass
class Moving:
    """A project of which somebody spoke, as a zip, and another project of the same people."""

    here: World
    there: World
    take: Recording
    data: bytes
    before: set[str]  # keys of takes in the store

    def come(self, data: bytes | None = None) -> dict[str, Any]:
        return start(Api(self.there.manager), send(self.there, data or self.data))

    def takes(self) -> list[Recording]:
        takes = Recording.objects.filter(image__project=self.there.project, deleted_at=None)
        return list(takes.order_by("created_at"))


def zip_of(world: World) -> bytes:
    """Cut a version, and return it with its images and voices."""
    path = Path(settings.SCRATCH_DIR) / f"{uuid4()}.zip"
    version = cut_version(project=world.project, created_by=None)
    write_export(version, path, export_format=FORMAT, choice=Choice(has_images=True))
    data = path.read_bytes()
    path.unlink()
    return data


@pytest.fixture
def moving(world: World) -> Moving:
    scene = make_scene(world, Api(world.annotator))
    sounding(scene.take)
    elsewhere = create_project(name="Moved", created_by=world.manager)
    Project.objects.filter(pk=elsewhere.pk).update(listeners="manager")
    for role in ("reviewer", "annotator"):
        Membership.objects.create(project=elsewhere, user=getattr(world, role), role=role)
    keys = set(storage.list_keys("recordings/"))
    return Moving(world, replace(world, project=elsewhere), scene.take, zip_of(world), keys)


def sounding(take: Recording) -> Recording:
    """Give a take a sound that is one."""
    storage.put_private(audio_key(take), io.BytesIO(SOUND), "audio/wav")
    Recording.objects.filter(pk=take.pk).update(mime="audio/wav")
    take.refresh_from_db()
    return take


def stored(key: str) -> bytes:
    return storage.get_bytes(key)


def test_take_comes_in_with_its_sound_words_pointer_and_moment(moving: Moving) -> None:
    found = moving.come()

    [take] = moving.takes()
    assert found["brought"]["takes"] == 1
    assert take.user == moving.there.annotator
    assert (take.state, take.mime, take.duration_s) == ("transcribed", "audio/wav", 3.0)
    assert take.created_at == moving.take.created_at
    assert stored(audio_key(take)) == SOUND
    assert len(json.loads(stored(peaks_key(take)))["peaks"]) == 1200
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


def strays(moving: Moving) -> set[str]:
    """What the store holds of takes that was not there before anything came."""
    return set(storage.list_keys("recordings/")) - moving.before


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


def test_take_that_comes_home_from_another_project_is_the_one_that_left(moving: Moving) -> None:
    moving.come()
    back = zip_of(moving.there)

    home = start(Api(moving.here.manager), send(moving.here, back))
    delete_voice(recording=moving.take, by=moving.here.annotator, role="annotator")
    again = start(Api(moving.here.manager), send(moving.here, back))

    assert not home["brought"].get("takes")
    assert not again["brought"].get("takes")
    assert Recording.objects.filter(image__project=moving.here.project).count() == 1


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


def test_what_came_with_an_undone_import_comes_back_only_while_its_speaker_agrees(
    moving: Moving,
) -> None:
    first = moving.come()
    undo(Api(moving.there.manager), first["id"])
    withdraw_consent(user=moving.there.annotator)

    again = moving.come(zip_of(moving.here))

    assert again["brought"]["takes without consent left out"] == 1
    assert moving.takes() == []


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


def test_undo_takes_it_to_the_trash_with_its_image_and_it_may_come_in_again(
    moving: Moving,
) -> None:
    first = moving.come()
    gone = undo(Api(moving.there.manager), first["id"])
    between = moving.takes()
    images = Image.objects.filter(project=moving.there.project, deleted_at=None).count()
    again = moving.come()

    assert gone["brought"]["takes removed"] == 1
    assert gone["brought"]["masks removed"] == 1
    assert (between, images) == ([], 0)
    assert again["brought"]["takes"] == 1
    [take] = moving.takes()
    assert stored(audio_key(take)) == SOUND


def correct(moving: Moving, take: Recording) -> None:
    correct_transcript(
        transcript_id=uuid4(),
        recording=take,
        author=moving.there.reviewer,
        text="a green bucket",
        words=[],
        seconds=1,
    )


def caption(moving: Moving, take: Recording) -> None:
    save_caption(
        caption_id=uuid4(),
        image=take.image,
        author=moving.there.annotator,
        text="A red bucket.",
        recording_id=take.pk,
    )


def relink(moving: Moving, take: Recording) -> None:
    del moving
    text = take.transcripts.get()
    mask = Mask.objects.get(image=take.image)
    link(text, 0, 3, "confirmed", mask.pk)


@pytest.mark.parametrize("build", [correct, caption, relink])
def test_undo_leaves_a_take_that_people_have_built_upon(
    moving: Moving, build: Callable[[Moving, Recording], None]
) -> None:
    first = moving.come()
    [take] = moving.takes()
    build(moving, take)

    gone = undo(Api(moving.there.manager), first["id"])

    assert gone["brought"]["takes kept"] == 1
    assert gone["brought"]["images kept"] == 1
    assert moving.takes() == [take]


def test_take_that_two_imports_have_stays_until_both_are_undone(moving: Moving) -> None:
    first, second = moving.come(), moving.come()

    left = []
    for each in (first, second):
        undo(Api(moving.there.manager), each["id"])
        left.append(len(moving.takes()))

    assert left == [1, 0]


def rows_of(data: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith("voices/")]
        return [
            row
            for name in names
            for row in parquet.read_table(io.BytesIO(archive.read(name))).to_pylist()
        ]


def changed(data: bytes, change: Callable[[dict[str, Any]], None], times: int = 1) -> bytes:
    """Return a zip whose takes are others."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("voices/"):
                table = parquet.read_table(io.BytesIO(content))
                rows = table.to_pylist() * times
                for row in rows:
                    change(row)
                file = io.BytesIO()
                parquet.write_table(Table.from_pylist(rows, schema=table.schema), file)
                content = file.getvalue()
            new.writestr(name, content)
    return out.getvalue()


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
    assert stored(audio_key(take)) == SOUND
    assert len(strays(moving)) == len({"audio", "peaks", "chunk"})
    assert read(Api(moving.there.manager), import_id)["brought"]["takes"] == 1


def die(**_: object) -> None:
    raise storage.StorageUnavailableError("The worker died.")


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
