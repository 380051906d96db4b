"""Descriptions in exports: texts for ever, traces and voices as long as their speakers agree."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation import storage
from annotation.models import (
    DatasetVersion,
    Export,
    Project,
)
from annotation.services.caption_proposals import propose_caption
from annotation.services.captions import Making, caption_mask, save_caption
from annotation.services.consent import withdraw_consent
from annotation.services.exported_voices import VoicesNotHeardError
from annotation.services.exports import request_export, write_export
from annotation.services.kept_exports import VoiceLeftError, drop_closed_exports, keep_export
from annotation.services.merged_captions import OwnWords, TranscriptWords, merge_caption
from annotation.services.recordings import delete_voice, remove_recording
from annotation.services.versions import cut_version
from annotation.services.voices import audio_key
from engine.datasets.descriptions import LinkedPhrase
from engine.datasets.localized_narratives import TracePoint, read_localized_narratives
from tests.annotation.speaking import (
    SAID,
    VOICE,
    Scene,
    descriptions,
    exported,
    heard,
    link,
    make_scene,
    narratives,
    spoken,
)
from tests.annotation.world import Api, World, create, make_bundle, make_image
from tests.engine.test_media_silenced import tone


@pytest.fixture
def scene(world: World, annotator: Api) -> Scene:
    return make_scene(world, annotator)


def test_a_description_tells_who_said_and_wrote_what_and_of_which_masks(scene: Scene) -> None:
    world = scene.world
    merge_caption(
        caption_id=uuid4(),
        image=scene.image,
        author=world.manager,
        base=None,
        words=[TranscriptWords(scene.corrected.pk), OwnWords("It stands on a quay.", None)],
    )
    mask = scene.image.masks.get()
    caption_mask(caption_id=uuid4(), mask=mask, author=world.manager, text="Chipped.")

    [row] = descriptions(scene.cut())

    [take] = row.takes
    assert take.speaker == "annotator"
    assert take.raw is not None
    assert (take.raw.maker, take.raw.text, take.raw.phrases) == ("tiny.en", SAID, ())
    assert take.corrected is not None
    assert (take.corrected.maker, take.corrected.text) == ("reviewer", "a red bucket")
    assert [word.start_s for word in take.corrected.words] == [0, 0.5, 1]
    assert take.corrected.phrases == (LinkedPhrase(0, 3, (str(scene.mask),)),)
    [caption] = row.captions
    assert caption.text == "a red bucket It stands on a quay."
    assert [(part.author, part.recording) for part in caption.parts] == [
        ("annotator", str(scene.take.pk)),
        ("manager", None),
    ]
    assert [(each.label, each.caption) for each in row.masks] == [("cell", "Chipped.")]


def test_a_description_names_the_model_whose_words_a_person_accepted(world: World) -> None:
    Project.objects.filter(pk=world.project.pk).update(caption_control_share=0)
    bundle, image = make_bundle(), make_image(world.project)
    proposal = propose_caption(image=image, bundle=bundle, text="A bucket.", phrases=[])
    assert proposal is not None
    for text in ("A bucket.", "A red bucket."):
        save_caption(
            caption_id=uuid4(),
            image=image,
            author=world.manager,
            text=text,
            making=Making(proposal=proposal.pk),
        )

    [row] = descriptions(cut_version(project=world.project, created_by=None))

    makers = [(part.author, part.bundle) for each in row.captions for part in each.parts]
    assert makers == [("manager", bundle.pk), ("manager", None)]


def test_a_version_leaves_the_same_texts_whatever_comes_later(scene: Scene) -> None:
    version = scene.cut()
    before = exported(version, "descriptions")

    save_caption(caption_id=uuid4(), image=scene.image, author=scene.world.manager, text="A bucket")
    link(scene.corrected, 0, 3, "removed")
    link(scene.raw, 1, 4, "confirmed", scene.mask)
    heard(spoken(scene.world, scene.image), "and a boat")
    delete_voice(recording=scene.take, by=scene.world.annotator, role="annotator")

    assert exported(version, "descriptions") == before
    assert scene.cut() != version


@pytest.mark.parametrize("newest", ["proposed", "removed", "dismissed"])
def test_only_links_that_a_person_holds_to_are_frozen(scene: Scene, newest: str) -> None:
    confirmed = scene.cut()
    link(scene.corrected, 0, 3, newest, *([scene.mask] if newest == "proposed" else []))

    version = scene.cut()

    assert version != confirmed
    [row] = descriptions(version)
    assert row.takes[0].corrected is not None
    assert row.takes[0].corrected.phrases == ()
    assert b"phrases" not in exported(version, "descriptions")["manifest.jsonl"]


def test_a_narrative_has_the_words_their_masks_and_where_the_speaker_pointed(scene: Scene) -> None:
    [narrative] = narratives(scene.cut())

    assert (narrative.dataset_id, narrative.image_id) == ("Cells", scene.image.sha256)
    assert narrative.annotator_id == scene.world.annotator.pk
    assert narrative.caption == "a red bucket"
    assert [(each.text, each.masks) for each in narrative.utterances] == [
        (word, (str(scene.mask),)) for word in ("a", "red", "bucket")
    ]
    assert narrative.traces == ((TracePoint(0.5, 0.5, 0.5), TracePoint(2.5, 0.0, 0.0)),)
    assert narrative.voice_recording == ""


def test_a_narrative_about_one_mask_says_so_with_each_word(scene: Scene) -> None:
    take = spoken(scene.world, scene.image)
    take.mask_id = scene.mask
    take.save()
    heard(take, "its handle")

    about = narratives(scene.cut())[-1]

    assert [(each.text, each.masks) for each in about.utterances] == [
        ("its", (str(scene.mask),)),
        ("handle", (str(scene.mask),)),
    ]


def test_voices_leave_as_they_are_stored(scene: Scene) -> None:
    files = exported(scene.cut(), "voices")

    name = f"voices/{scene.take.pk}.webm"
    assert set(files) == {name, "localized_narratives.jsonl", "manifest.jsonl"}
    assert files[name] == VOICE
    assert [each.voice_recording for each in narratives(scene.cut(), "voices")] == [name]


def test_what_was_taken_back_leaves_neither_in_the_voice_nor_in_the_trace(scene: Scene) -> None:
    cuts = [{"start_s": 0.4, "end_s": 0.8}]
    image = make_image(scene.world.project, 1)
    take = spoken(scene.world, image, cuts=cuts)
    storage.put_private(audio_key(take), io.BytesIO(tone(1.0)), "audio/wav")
    heard(take)

    files = exported(scene.cut(), "voices")

    rows = read_localized_narratives(io.BytesIO(files["localized_narratives.jsonl"]))
    [cut] = [row for row in rows if row.image_id == image.sha256]
    assert cut.traces == ((TracePoint(2.5, 0.0, 0.0),),)
    assert cut.voice_recording == f"voices/{take.pk}.wav"
    assert files[cut.voice_recording][44 + 2 * 8000 :][:9600] == bytes(9600)  # 0.5 to 0.8 s


def withdraw(scene: Scene) -> None:
    withdraw_consent(user=scene.world.annotator)


def delete(scene: Scene) -> None:
    delete_voice(recording=scene.take, by=scene.world.annotator, role="annotator")


def remove(scene: Scene) -> None:
    remove_recording(recording=scene.take, by=scene.world.annotator, role="annotator")


@pytest.mark.parametrize("change", [withdraw, delete, remove])
def test_whoever_agrees_no_longer_leaves_as_text_alone(scene: Scene, change: Any) -> None:
    version = scene.cut()

    change(scene)

    files = exported(version, "voices")
    assert not [name for name in files if name.startswith("voices/")]
    [narrative] = narratives(version)
    assert (narrative.caption, narrative.traces) == ("a red bucket", ())


def test_who_agreed_to_less_than_exports_does_not_leave(scene: Scene) -> None:
    scene.world.annotator.voice_consents.update(version=2)

    [narrative] = narratives(scene.cut())

    assert narrative.traces == ()


def test_no_voice_leaves_a_project_in_which_nobody_is_heard(scene: Scene, tmp_path: Path) -> None:
    Project.objects.update(listeners="nobody")
    version = scene.cut()

    for export_format in ("narratives", "voices", "huggingface_voices"):
        with pytest.raises(VoicesNotHeardError):
            write_export(version, tmp_path / "a.zip", export_format=export_format)
    with pytest.raises(CommandError, match="nobody hear"):
        call_command("export", version.pk, out=tmp_path / "b.zip", format="narratives")
    assert not list(tmp_path.glob("b.zip*"))


def keep(
    version: DatasetVersion, export_format: str, asked_by: Any, meanwhile: Any = lambda: None
) -> Export:
    """Ask for an export, and write it as a worker would; something happens before it is stored."""
    export = request_export(
        version=version, export_id=uuid4(), export_format=export_format, created_by=asked_by
    )
    path = Path(settings.SCRATCH_DIR) / "kept.zip"
    voices = write_export(version, path, export_format=export_format).voices
    meanwhile()
    export.job.state = "succeeded"
    export.job.save()
    return keep_export(export=export, path=path, voices=voices)


def kept_files() -> set[str]:
    return set(storage.list_keys("exports/"))


@pytest.mark.parametrize("export_format", ["voices", "huggingface_voices"])
def test_voices_are_exported_and_downloaded_by_who_may_hear_them(
    scene: Scene, manager: Api, annotator: Api, export_format: str
) -> None:
    version = scene.cut()
    path = f"versions/{version.pk}/exports"

    answers = [
        api.post(path, {"id": str(uuid4()), "format": export_format}).status_code
        for api in (annotator, manager)
    ]
    kept = keep(version, "narratives", scene.world.manager)

    assert answers == [403, 201]
    told = manager.get(f"exports/{kept.pk}").json()
    assert (bool(told["download_url"]), told["may_download"]) == (True, True)
    listed = manager.get(f"projects/{scene.world.project.pk}/versions").json()["results"]
    exports = listed[0]["exports"]
    assert next(each for each in exports if each["id"] == str(kept.pk)) == told
    Project.objects.filter(pk=scene.world.project.pk).update(listeners="nobody")
    refused = manager.post(path, {"id": str(uuid4()), "format": export_format})
    assert refused.status_code == 403
    told = manager.get(f"exports/{kept.pk}").json()
    assert (told["download_url"], told["may_download"]) == (None, False)


@pytest.mark.parametrize("export_format", ["voices", "huggingface_voices"])
@pytest.mark.parametrize("change", [withdraw, delete])
def test_an_export_with_a_voice_that_goes_is_closed_and_its_file_deleted(
    scene: Scene, manager: Api, change: Any, export_format: str
) -> None:
    version = scene.cut()
    voiced, silent = (keep(version, each, scene.world.manager) for each in (export_format, "coco"))

    change(scene)

    assert kept_files() & {voiced.key, silent.key} == {silent.key}
    told = manager.get(f"exports/{voiced.pk}").json()
    assert (told["is_closed"], told["download_url"], told["bytes"]) == (True, None, 0)
    assert not manager.get(f"exports/{silent.pk}").json()["is_closed"]


@pytest.mark.parametrize("change", [withdraw, delete])
@pytest.mark.parametrize("when", ["written", "being stored", "stored"])
def test_a_voice_that_goes_while_its_export_is_written_is_not_kept(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, change: Any, when: str
) -> None:
    put, version = storage.put_file, scene.cut()

    def at(moment: str) -> None:
        if moment == when:
            change(scene)

    def put_meanwhile(key: str, path: Path, content_type: str) -> None:
        at("being stored")
        put(key, path, content_type)
        at("stored")

    monkeypatch.setattr(storage, "put_file", put_meanwhile)

    with pytest.raises(VoiceLeftError):
        keep(version, "voices", scene.world.manager, lambda: at("written"))

    export = Export.objects.get()
    assert export.key == ""
    assert f"exports/{export.pk}.zip" not in kept_files()


def test_a_closed_file_that_a_process_left_when_it_died_is_dropped(scene: Scene) -> None:
    closed, kept = (keep(scene.cut(), each, scene.world.manager) for each in ("coco", "yolo"))
    Export.objects.filter(pk=closed.pk).update(key="")

    assert (drop_closed_exports(), drop_closed_exports()) == (1, 0)

    assert kept_files() & {kept.key, closed.key} == {kept.key}


@pytest.mark.parametrize("export_format", ["descriptions", "narratives"])
def test_an_export_takes_the_same_queries_for_one_description_and_for_many(
    scene: Scene, export_format: str
) -> None:
    def queries() -> Iterator[int]:
        version = scene.cut()
        with CaptureQueriesContext(connection) as captured:
            exported(version, export_format)
        yield len(captured)

    [few] = queries()
    for seed in range(1, 12):
        image = make_image(scene.world.project, seed)
        for _ in range(2):
            heard(spoken(scene.world, image))
    [many] = queries()

    assert many == few <= 4


def test_a_version_without_descriptions_leaves_an_empty_file(world: World, annotator: Api) -> None:
    annotator.save(make_image(world.project), create())

    files = exported(cut_version(project=world.project, created_by=None), "descriptions")

    assert files["descriptions.jsonl"] == b""
    assert json.loads(files["manifest.jsonl"].splitlines()[1])["transcripts"] == []
