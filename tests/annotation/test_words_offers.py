"""What forms of words cannot hold is told before a version leaves, and counted the same after."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from annotation.export_formats import OF_WORDS
from annotation.models import DatasetVersion, Recording
from annotation.selectors.export_offers import (
    AS_AGREED,
    OF_ALL_LABELS,
    PARTS_LEFT,
    SAID_IN_MANIFEST,
    SAID_NOT_COUNTED,
    ExportOffer,
    offers_of,
)
from annotation.services.captions import caption_mask, save_caption
from annotation.services.exports import write_export
from engine.datasets.choosing import EVERYTHING, Choice
from engine.datasets.formats import FORMATS as MASK_FORMATS
from engine.datasets.traits import WORDS
from tests.annotation.cutting import DONE, add_label, draw
from tests.annotation.speaking import (
    Scene,
    correct,
    exported,
    heard,
    make_scene,
    narratives,
    spoken,
)
from tests.annotation.world import Api, World, create, make_image

TRAIN = Choice(frozenset({"train"}))


@pytest.fixture
def scene(world: World, annotator: Api) -> Scene:
    """Four images: two that somebody spoke of, one with a caption alone, and one with nothing."""
    scene = make_scene(world, annotator)
    pail = draw(scene.image, add_label(world, "pail"))
    mask = scene.image.masks.get(pk=pail)
    caption_mask(caption_id=uuid4(), mask=mask, author=world.manager, text="Dented.")
    correct(scene.take, world.reviewer, "a red pail")
    heard(spoken(world, make_image(world.project, 1, status=DONE, group="g")), "a dog")
    emptied = spoken(world, make_image(world.project, 2, status=DONE))
    heard(emptied)
    for said in ("a cat", " "):
        correct(emptied, world.reviewer, said)
    captioned = make_image(world.project, 3, status=DONE)
    save_caption(caption_id=uuid4(), image=captioned, author=world.manager, text="A quay.")
    draw(make_image(world.project, 4, status=DONE), world.label_id)
    return scene


def offered(version: DatasetVersion, choice: Choice = EVERYTHING) -> dict[str, ExportOffer]:
    return {each.format: each for each in offers_of(version, choice)}


def lost(
    version: DatasetVersion, name: str, folder: Path, choice: Choice = EVERYTHING
) -> dict[str, int]:
    written = write_export(version, folder / name, export_format=name, choice=choice)
    return {trait.value: count for trait, count in written.losses.items()}


@pytest.mark.parametrize("choice", [EVERYTHING, TRAIN], ids=["everything", "a part"])
def test_what_words_cannot_hold_is_told_before_and_counted_the_same_after(
    scene: Scene, tmp_path: Path, choice: Choice
) -> None:
    version = scene.cut()

    for name, offer in offered(version, choice).items():
        assert lost(version, name, tmp_path, choice) == offer.losses, name


def test_descriptions_lose_shapes_and_what_stands_in_no_line(scene: Scene) -> None:
    offers = offered(scene.cut())

    of_masks = {"masks": 3, "origins": 3}
    assert offers["descriptions"].losses == of_masks | {
        "uncaptioned": 2,
        "groups": 1,
        "older_texts": 2,
        "untold": 1,
    }
    assert offers["narratives"].losses == of_masks | {
        "labels": 3,
        "mask_captions": 1,
        "captions": 1,
        "splits": 5,
        "groups": 1,
        "raw_texts": 2,
        "older_texts": 2,
        "unspoken": 3,
        "file_names": 2,
    }
    assert offers["voices"].losses == offers["narratives"].losses
    assert offers["huggingface_voices"].losses == {"raw_texts": 2, "older_texts": 2}
    assert offers["manifest"].losses == of_masks


def test_images_that_nobody_is_said_to_have_spoken_of_are_those_of_no_narrative(
    scene: Scene,
) -> None:
    version = scene.cut()

    spoken_of = {each.image_id for each in narratives(version)}

    losses = offered(version)["narratives"].losses or {}
    assert losses["file_names"] == len(spoken_of)
    assert losses["unspoken"] == version.counts["images"] - len(spoken_of)


def test_formats_of_masks_say_that_what_people_said_stays_behind(scene: Scene) -> None:
    version = scene.cut()
    Recording.objects.update(deleted_at=timezone.now())
    silent = scene.cut()

    assert {losses.get("takes") for losses in lost_of_masks(version)} == {2}
    assert {losses.get("takes") for losses in lost_of_masks(silent)} == {None}


def lost_of_masks(version: DatasetVersion) -> list[dict[str, int]]:
    offers = offered(version)
    return [offers[name].losses or {} for name in MASK_FORMATS]


def test_forms_with_voices_say_that_they_hold_what_their_speakers_agree_to(scene: Scene) -> None:
    offers = offered(scene.cut())

    told = {name for name, offer in offers.items() if AS_AGREED in offer.notes}
    assert told == {"narratives", "voices", "huggingface_voices"}


def test_of_a_version_cut_before_words_were_counted_it_is_told_once_they_are_written(
    scene: Scene, tmp_path: Path
) -> None:
    version = scene.cut()
    since = lost(version, "descriptions", tmp_path)
    for counts in (version.traits or {}).values():
        for trait in WORDS:
            del counts[trait]

    offers = offered(version)

    assert {name for name, offer in offers.items() if offer.losses is None} == {*OF_WORDS}
    assert lost(version, "descriptions", tmp_path) == since
    told = {name for name, offer in offers.items() if SAID_NOT_COUNTED in offer.notes}
    assert told == {*MASK_FORMATS}


def test_what_stays_behind_with_a_label_is_not_lost_by_the_format(
    scene: Scene, annotator: Api, tmp_path: Path
) -> None:
    whole = str(uuid4())
    part = create(at=(12, 12), parent=whole)
    image = make_image(scene.world.project, 5)
    annotator.save(image, create(whole, label=scene.world.label_id, at=(2, 2)), part)
    version, without = scene.cut(), Choice(labels={"cell": None})

    offer = offered(version, without)["descriptions"]

    assert OF_ALL_LABELS in offer.notes
    assert PARTS_LEFT not in offer.notes  # it holds no masks
    assert (offer.losses or {})["parents"] == 1
    told = lost(version, "descriptions", tmp_path, without)
    assert told == {"masks": 2, "origins": 2, "groups": 1, "older_texts": 2, "untold": 2}


def test_that_the_manifest_beside_masks_holds_what_people_said_is_told(scene: Scene) -> None:
    version = scene.cut()
    renamed = Choice(labels={"cell": "nucleus"})

    for choice, is_there in ((EVERYTHING, True), (TRAIN, False), (renamed, False)):
        files = exported(version, "yolo", choice)
        notes = offered(version, choice)["yolo"].notes

        assert ("manifest.jsonl" in files) == is_there
        assert (SAID_IN_MANIFEST in notes) == is_there
        assert any(b"a red pail" in data for data in files.values()) == is_there


def test_a_part_is_offered_in_all_formats_but_the_manifest(scene: Scene) -> None:
    version = scene.cut()

    assert offered(version).keys() - offered(version, TRAIN).keys() == {"manifest"}
