"""A part of what people said: chosen splits, other labels, and the images with it."""

import json
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest

from annotation.models import Export, Image, Mask
from annotation.services.captions import caption_mask, save_caption
from annotation.services.exports import ChoiceError, check_choice, write_export
from engine.datasets.choosing import Choice
from engine.datasets.files import open_source
from engine.datasets.formats.described import LOCALIZED_NARRATIVES, PIXMO_CAPTIONS
from engine.datasets.formats.format import Reader
from engine.datasets.sample import Sample
from tests.annotation.cutting import DONE, add_label, draw
from tests.annotation.speaking import (
    Scene,
    descriptions,
    exported,
    heard,
    make_scene,
    narratives,
    spoken,
)
from tests.annotation.world import Api, World, make_image, png

FORMATS = ["descriptions", "narratives", "voices"]
WITH_IMAGES = Choice(has_images=True)


@pytest.fixture
def scene(world: World, annotator: Api) -> Scene:
    """Somebody spoke of an image that is not finished."""
    return make_scene(world, annotator)


@pytest.fixture
def finished(scene: Scene) -> Image:
    """Another image of which somebody spoke, finished, and of the same name."""
    image = make_image(scene.world.project, 1, file_name=scene.image.file_name, status=DONE)
    heard(spoken(scene.world, image), "a dog")
    return image


def test_only_the_chosen_splits_leave(scene: Scene, finished: Image) -> None:
    version, choice = scene.cut(), Choice(frozenset({"train"}))

    assert [row.image_sha256 for row in descriptions(version, choice)] == [finished.sha256]
    for export_format in ("narratives", "voices"):
        found = narratives(version, export_format, choice)
        assert [(each.image_id, each.caption) for each in found] == [(finished.sha256, "a dog")]
    files = exported(version, "voices", choice)
    assert len([name for name in files if name.startswith("voices/")]) == 1
    assert "manifest.jsonl" not in files
    assert "manifest.jsonl" in exported(version, "voices")


def test_captions_of_masks_have_the_new_names_of_their_labels(scene: Scene) -> None:
    mask = scene.image.masks.get()
    caption_mask(caption_id=uuid4(), mask=mask, author=scene.world.manager, text="Chipped.")

    [row] = descriptions(scene.cut(), Choice(labels={"cell": "nucleus"}))

    assert [(each.label, each.caption) for each in row.masks] == [("nucleus", "Chipped.")]


def test_of_a_label_that_stays_behind_nothing_is_told(scene: Scene) -> None:
    alone = make_image(scene.world.project, 1)
    pail = draw(scene.image, add_label(scene.world, "pail"))
    lid = draw(alone, add_label(scene.world, "lid"))
    about = spoken(scene.world, scene.image)
    about.mask_id = pail
    about.save()
    heard(about, "a dented one")
    for mask in Mask.objects.filter(pk__in=[pail, lid]):
        caption_mask(caption_id=uuid4(), mask=mask, author=scene.world.manager, text="Dented.")
    version = scene.cut()
    assert len(descriptions(version)) == 2

    [row] = descriptions(version, Choice(labels={"pail": None, "lid": None, "cell": None}))
    [told] = narratives(version, choice=Choice(labels={"pail": None, "cell": None}))
    [kept] = narratives(version, choice=Choice(labels={"pail": None}))

    assert [take.recording for take in row.takes] == [str(scene.take.pk)]
    assert row.takes[0].corrected is not None
    assert (row.takes[0].corrected.phrases, row.masks) == ((), ())
    assert {said.masks for said in told.utterances} == {()}
    assert {said.masks for said in kept.utterances} == {(str(scene.mask),)}


def read(reader: Reader, path: Path) -> list[Sample]:
    problems: list[object] = []
    found = list(reader.read(open_source(path), problems.append).samples())
    assert problems == []
    return sorted(found, key=lambda sample: sample.sha256 or "")


@pytest.mark.parametrize("export_format", FORMATS)
def test_images_leave_with_what_was_said_of_them_and_are_found_by_it(
    scene: Scene, finished: Image, export_format: str, tmp_path: Path
) -> None:
    silent = make_image(scene.world.project, 2)
    write_export(scene.cut(), tmp_path / "a.zip", export_format=export_format, choice=WITH_IMAGES)

    reader = PIXMO_CAPTIONS if export_format == "descriptions" else LOCALIZED_NARRATIVES
    samples = read(reader, tmp_path / "a.zip")

    seeds = {scene.image.sha256: 0, finished.sha256: 1}
    assert [sample.sha256 for sample in samples] == sorted(seeds)
    for sample in samples:
        assert sample.load_bytes is not None
        assert sample.load_bytes() == png(seeds[sample.sha256 or ""])
        assert not sample.file_name.startswith("images/")
    assert len({sample.file_name for sample in samples}) == 2
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert not [name for name in archive.namelist() if silent.sha256 in name]


def test_a_description_tells_where_its_image_lies_in_the_export(
    scene: Scene, finished: Image
) -> None:
    save_caption(caption_id=uuid4(), image=finished, author=scene.world.manager, text="A dog.")

    files = exported(scene.cut(), "descriptions", WITH_IMAGES)

    rows = [json.loads(line) for line in files["descriptions.jsonl"].splitlines()]
    assert {row["image_url"]: row["caption"] for row in rows} == {
        f"images/0-{finished.sha256[:8]}.png": "A dog.",
        f"images/0-{scene.image.sha256[:8]}.png": None,
    }
    assert {row["image_url"] for row in rows} < files.keys()


def test_where_images_lie_is_listed_by_the_names_that_rows_tell(
    scene: Scene, finished: Image
) -> None:
    files = exported(scene.cut(), "descriptions", Choice(has_addresses=True))

    addresses = [json.loads(line) for line in files["image_addresses.jsonl"].splitlines()]
    rows = [json.loads(line) for line in files["descriptions.jsonl"].splitlines()]
    assert {row["file_name"] for row in rows} == {each["file_name"] for each in addresses}
    told = {each["sha256"]: each["address"] for each in addresses}
    assert {row["image_sha256"]: row["image_url"] for row in rows} == told


def test_rows_of_a_version_that_was_cut_before_they_told_addresses_stay_as_they_were(
    scene: Scene, finished: Image
) -> None:
    version = scene.cut()
    version.edition = 3

    plain = exported(version, "descriptions", Choice(frozenset({"train"})))
    files = exported(version, "descriptions", Choice(frozenset({"train"}), has_addresses=True))

    assert files["descriptions.jsonl"] == plain["descriptions.jsonl"]


def test_rows_with_addresses_come_in_by_the_names_of_their_images(
    scene: Scene, finished: Image, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    write_export(scene.cut(), path, export_format="descriptions", choice=Choice(has_addresses=True))

    found = read(PIXMO_CAPTIONS, path)

    assert {each.sha256 for each in found} == {scene.image.sha256, finished.sha256}
    assert all(each.file_name.startswith("0-") for each in found)


@pytest.mark.parametrize("export_format", FORMATS)
def test_what_a_version_does_not_have_is_refused_before_anything_is_written(
    scene: Scene, export_format: str
) -> None:
    version = scene.cut()

    with pytest.raises(ChoiceError, match="no split 'test'"):
        check_choice(version, export_format, Choice(frozenset({"test"})))
    with pytest.raises(ChoiceError, match="no label 'cat'"):
        check_choice(version, export_format, Choice(labels={"cat": None}))
    with pytest.raises(ChoiceError, match="no image in what was chosen"):
        check_choice(version, export_format, Choice(frozenset({"holdout"})))


def test_a_person_asks_for_a_part_of_the_descriptions(
    scene: Scene, finished: Image, manager: Api
) -> None:
    export = str(uuid4())
    body = {"id": export, "format": "descriptions", "splits": ["train"], "images": True}

    asked = manager.post(f"versions/{scene.cut().pk}/exports", body)

    assert asked.status_code == 201
    assert Export.objects.get(pk=export).options == {"splits": ["train"], "images": True}
