"""What a format cannot hold is told before a version leaves, and counted the same after."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from annotation.export_formats import FORMATS, OF_WORDS
from annotation.models import DatasetVersion, Image, Label
from annotation.selectors.export_offers import (
    HIDDEN_NOT_COUNTED,
    MERGED_NOT_COUNTED,
    OF_ALL_LABELS,
    PARTS_LEFT,
    TURNED_NOT_COUNTED,
    notes_of,
    offers_of,
)
from annotation.selectors.map_numbers import ALONE
from annotation.services.exports import write_export
from annotation.services.versions import cut_version
from engine.datasets.choosing import EVERYTHING, Choice
from engine.datasets.traits import Trait
from tests.annotation.cut_versions import version_with_holdout, version_with_part
from tests.annotation.world import Api, World, create, make_image


@pytest.fixture
def version(world: World, annotator: Api) -> DatasetVersion:
    return version_with_part(world, annotator)


def test_what_a_format_cannot_hold_is_told_before_and_counted_the_same_after(
    version: DatasetVersion, tmp_path: Path
) -> None:
    for offer in [each for each in offers_of(version) if each.kind == "masks"]:
        path = tmp_path / f"{offer.format}.zip"
        written = write_export(version, path, export_format=offer.format)

        assert {trait.value: count for trait, count in written.losses.items()} == offer.losses
        assert {trait.value: count for trait, count in written.own.items()} == offer.anneal_only
    before = {offer.format: offer.losses for offer in offers_of(version)}
    assert before["coco"] == {}
    assert before["yolo"] == {"digests": 2, "ids": 3, "origins": 3, "parents": 1}
    own = {offer.format: offer.anneal_only for offer in offers_of(version)}
    assert own["yolo"] == {}
    assert own["coco"] == before["yolo"] | {"splits": 2}
    assert own["cvat"] == before["yolo"]
    assert own["cityscapes"] == before["yolo"] | {"overlaps": 1}
    assert own["sa1b"] == before["yolo"] | {"labels": 2, "splits": 2}


def test_what_a_part_loses_is_told_of_that_part(world: World, annotator: Api) -> None:
    for seed, status in enumerate(["done", "open"]):
        image = make_image(world.project, seed)
        annotator.save(image, create(at=(5, 5)), create(at=(6, 6)))
        Image.objects.filter(pk=image.pk).update(status=status)
    version = cut_version(project=world.project, created_by=world.manager)
    address = f"versions/{version.pk}/formats"

    def overlaps(query: str) -> int:
        offers = {each["format"]: each for each in annotator.get(address + query).json()}
        return int(offers["voc"]["losses"]["overlaps"])

    assert overlaps("") == overlaps("?split=train&split=unfinished") == 2
    assert overlaps("?split=train") == 1


def test_splits_in_folders_of_their_own_are_told_to_anybody_and_one_file_of_all_is_not(
    world: World, annotator: Api, tmp_path: Path
) -> None:
    version = version_with_holdout(world, annotator)
    both = Choice(frozenset({"train", "holdout"}))

    for choice, name, split in ((both, "coco", 0), (Choice(), "coco", 2), (Choice(), "sa1b", 0)):
        offer = next(each for each in offers_of(version, choice) if each.format == name)
        written = write_export(version, tmp_path / "a.zip", export_format=name, choice=choice)

        assert {trait.value: count for trait, count in written.own.items()} == offer.anneal_only
        assert written.own[Trait.SPLITS] == split


def test_a_version_without_val_says_that_yolo_is_validated_on_what_it_is_trained_on(
    world: World, annotator: Api, manager: Api
) -> None:
    version = version_with_holdout(world, annotator)
    address = f"versions/{version.pk}"
    asked = {"id": str(uuid4()), "format": "yolo"}

    offers = {each["format"]: each for each in annotator.get(f"{address}/formats").json()}
    export = manager.post(f"{address}/exports", asked).json()

    [note] = offers["yolo"]["notes"]
    assert "names images/train as val, too" in note
    assert export["notes"] == [note]
    assert export["anneal_only"] is None  # until it is written
    assert offers["coco"]["notes"] == []


def test_that_images_are_turned_by_their_exif_is_told_where_they_go_along(
    world: World, annotator: Api, manager: Api
) -> None:
    """Their bytes are proved by the manifest, and so stay, while masks are upright."""
    make_image(world.project, status="done")
    for seed in (1, 2):
        make_image(world.project, seed, status="done", is_holdout=True, orientation=6)
    version = cut_version(project=world.project, created_by=world.manager)
    address = f"versions/{version.pk}"
    asked = {"format": "coco", "images": True}

    def told(query: str) -> list[str]:
        offers = {
            each["format"]: each for each in annotator.get(f"{address}/formats{query}").json()
        }
        return list(offers["coco"]["notes"])

    [note] = told("?images=true")
    assert note.startswith("2 images are turned by their EXIF")
    assert told("") == told("?images=true&split=train") == []
    export = manager.post(f"{address}/exports", {"id": str(uuid4())} | asked).json()
    part = manager.post(
        f"{address}/exports", {"id": str(uuid4()), "splits": ["train"]} | asked
    ).json()
    assert (export["notes"], part["notes"]) == ([note], [])


def test_a_version_of_before_traits_were_counted_says_that_it_does_not_know(
    version: DatasetVersion,
) -> None:
    version.traits = None

    assert {offer.losses for offer in offers_of(version)} == {None}
    assert {offer.anneal_only for offer in offers_of(version)} == {None}


def test_a_version_of_before_they_were_counted_promises_nothing_of_hidden_masks_and_turned_images(
    version: DatasetVersion,
) -> None:
    with_images = Choice(has_images=True)
    since = {offer.format: offer.notes for offer in offers_of(version, with_images)}

    version.edition = 2

    before = {offer.format: offer.notes for offer in offers_of(version, with_images)}
    more = {name: before[name][len(since[name]) :] for name in before}
    assert more["coco"] == [TURNED_NOT_COUNTED]
    assert more["voc"] == [HIDDEN_NOT_COUNTED, TURNED_NOT_COUNTED]
    assert HIDDEN_NOT_COUNTED in notes_of(version, "voc", Choice())
    assert TURNED_NOT_COUNTED not in notes_of(version, "voc", Choice())


def test_offers_are_read_over_http(version: DatasetVersion, annotator: Api, stranger: Api) -> None:
    address = f"versions/{version.pk}/formats"

    offers = {each["format"]: each for each in annotator.get(address).json()}

    assert list(offers) == list(FORMATS)
    assert offers["yolo"]["title"] == "YOLO segmentation"
    assert [name for name in offers if offers[name]["kind"] == "words"] == list(OF_WORDS)
    assert stranger.get(address).status_code == 404


@pytest.fixture
def two_labels(world: World, annotator: Api) -> DatasetVersion:
    """An image with a mask of one label, and on it as a part one of another."""
    other = Label.objects.create(project=world.project, name="dirt", color="#123456")
    whole = str(uuid4())
    annotator.save(
        make_image(world.project),
        create(whole, label=world.label_id, at=(2, 2)),
        create(label=other.pk, at=(12, 12), parent=whole),
    )
    return cut_version(project=world.project, created_by=world.manager)


def test_masks_that_become_one_by_the_names_that_labels_get_are_told_before(
    two_labels: DatasetVersion, annotator: Api, tmp_path: Path
) -> None:
    labels: dict[str, str | None] = {"cell": "dirt"}

    found = annotator.post(f"versions/{two_labels.pk}/formats", {"labels": labels}).json()
    offers = {each["format"]: each for each in found}
    written = {
        name: write_export(
            two_labels, tmp_path / name, export_format=name, choice=Choice(labels=labels)
        )
        for name in ("ade", "coco_stuff", "coco")
    }

    for name in ("ade", "coco_stuff"):
        assert "instances" not in offers[name]["losses"]
        assert written[name].losses[Trait.INSTANCES] == 2
        assert offers[name]["uncounted"] == ["instances"]
        assert {MERGED_NOT_COUNTED, OF_ALL_LABELS} <= set(offers[name]["notes"])
    assert not written["coco"].losses[Trait.INSTANCES]
    assert offers["coco"]["uncounted"] == []
    assert MERGED_NOT_COUNTED not in offers["coco"]["notes"]


def test_that_counts_are_of_all_labels_is_told_where_some_stay_behind(
    two_labels: DatasetVersion, annotator: Api
) -> None:
    address = f"versions/{two_labels.pk}/formats"

    without = annotator.post(address, {"labels": {"cell": None}}).json()
    renamed = annotator.post(address, {"labels": {"cell": "nucleus"}}).json()
    plain = annotator.post(address, {}).json()

    for offer in without:
        assert OF_ALL_LABELS in offer["notes"]
        assert offer["uncounted"] == []
    of_words = {"descriptions", "narratives", "voices"}  # which hold no masks
    assert {each["format"] for each in without if PARTS_LEFT not in each["notes"]} == of_words
    assert all(not {OF_ALL_LABELS, PARTS_LEFT} & set(offer["notes"]) for offer in renamed)
    assert plain == annotator.get(address).json()


def test_objects_that_cityscapes_maps_cannot_number_are_told_before_and_counted_after(
    world: World, annotator: Api, tmp_path: Path
) -> None:
    many = [
        Label.objects.create(project=world.project, name=f"label {n}", color="#123456").pk
        for n in range(70)
    ]
    annotator.save(
        make_image(world.project),
        create(label=many[-1], at=(2, 2)),
        create(label=many[-1], at=(12, 12)),
        create(label=many[0], at=(2, 12)),
        create(at=(12, 2)),
    )
    version = cut_version(project=world.project, created_by=world.manager)

    def told(choice: Choice) -> tuple[list[str], int]:
        offers = {each.format: each for each in offers_of(version, choice)}
        path = tmp_path / f"{len(choice.labels)}.zip"
        written = write_export(version, path, export_format="cityscapes", choice=choice)
        assert not any("66th" in note for note in offers["voc"].notes)
        return offers["cityscapes"].notes, written.own[Trait.INSTANCES]

    notes, count = told(EVERYTHING)
    none, zero = told(Choice(labels={f"label {n}": None for n in range(1, 69)}))

    assert count == 3  # with the one that has no label
    assert notes == [f"From the 66th label on {ALONE} The version has 3 masks of these labels."]
    assert zero == 0
    assert not any(ALONE in note for note in none)


def test_images_on_which_a_label_may_have_more_objects_than_numbers_are_counted_before(
    version: DatasetVersion,
) -> None:
    counted: Any = version.distributions
    bins = counted["masks_per_image"]
    bins["counts"][-1] = 2  # as if there were images of a thousand masks
    next(each for each in counted["labels"] if each["label"] == "cell")["masks"] = 2500

    notes = {offer.format: offer.notes for offer in offers_of(version)}
    version.distributions = None
    version.counts["masks"] = 2500
    uncounted = {offer.format: offer.notes for offer in offers_of(version)}

    beyond = f"Beyond 1,000 of a label on an image {ALONE}"
    assert notes["cityscapes"] == [f"2 images have 1,000 masks or more. {beyond}"]
    assert uncounted["cityscapes"] == [f"Images may have very many masks of a label. {beyond}"]
